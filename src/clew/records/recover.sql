-- What lies between media of several owners, brought in line with covers that their owner changed:
-- matches carry copies of both covers, and an overlap is noted exactly where one owner may not be told.

-- `olds` and `news` are pairs: a medium, and its copy under another handling. `changed` are media
-- whose cover is another now. All are the actor's own; others are left out.
create or replace function clew_recover(changed uuid[], olds uuid[], news uuid[]) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    viewer_member text := clew_actor_member();
    viewer_unit text := clew_actor_unit();
    own uuid[];
    some_media uuid[];
    other_media uuid[];
begin
    if viewer_member is null or cardinality($1 || $2 || $3) = 0 then
        return;
    end if;
    -- Nobody has a copy of an older cover in hand now, whoever comes later copies the new one (records/locks.py).
    perform pg_advisory_xact_lock({covers_lock});
    -- A copy has the matches of what it was copied from; between two that were copied, both ways.
    with copied as (
        select c.old, c.new from unnest($2, $3) as c (old, new)
          join media m on m.id = c.new where m.owner_member = viewer_member and m.owner_unit = viewer_unit
    ), sides as (
        select m.id, m.a_medium as old_a, m.b_medium as old_b, m.a_medium as a, m.b_medium as b from matches m
         where m.a_medium in (select old from copied) or m.b_medium in (select old from copied)
    ), pairs as (
        select s.id, ca.new as a, s.b from sides s join copied ca on ca.old = s.a
         union
        select s.id, s.a, cb.new from sides s join copied cb on cb.old = s.b
         union
        select s.id, ca.new, cb.new from sides s join copied ca on ca.old = s.a join copied cb on cb.old = s.b
    )
    insert into matches (
        a_medium, b_medium, kind, distance_bits, radius_bits, transform,
        a_from_ms, a_to_ms, b_from_ms, b_to_ms, frames_matched, frames_compared,
        a_owner_member, a_owner_unit, a_audience, a_members, a_excluded,
        b_owner_member, b_owner_unit, b_audience, b_members, b_excluded)
    select a.id, b.id, m.kind, m.distance_bits, m.radius_bits,
           -- The other way round a quarter turn is the other quarter turn.
           case when p.a < p.b then m.transform else case m.transform when 1 then 3 when 3 then 1 else m.transform end end,
           case when p.a < p.b then m.a_from_ms else m.b_from_ms end, case when p.a < p.b then m.a_to_ms else m.b_to_ms end,
           case when p.a < p.b then m.b_from_ms else m.a_from_ms end, case when p.a < p.b then m.b_to_ms else m.a_to_ms end,
           m.frames_matched, m.frames_compared,
           a.owner_member, a.owner_unit, a.audience, a.members, a.excluded,
           b.owner_member, b.owner_unit, b.audience, b.members, b.excluded
      from pairs p join matches m on m.id = p.id
      join media a on a.id = least(p.a, p.b) join media b on b.id = greatest(p.a, p.b)
     where p.a <> p.b
    on conflict on constraint match_once_between_two_media do nothing;

    -- Media that went away, because another record of the same owner holds all they held, leave nothing behind.
    delete from matches m using unnest($2) as gone (id)
     where (m.a_medium = gone.id or m.b_medium = gone.id) and not exists (select from media where id = gone.id);
    delete from public.overlaps o using unnest($2) as gone (id)
     where gone.id in (o.left_medium, o.right_medium) and not exists (select from media where id = gone.id);

    select array_agg(m.id) into own from media m
     where m.id = any ($1 || $3) and m.owner_member = viewer_member and m.owner_unit = viewer_unit;
    update matches m
       set a_audience = a.audience, a_members = a.members, a_excluded = a.excluded
      from media a where a.id = any (own) and m.a_medium = a.id
       and (m.a_audience, m.a_members, m.a_excluded) is distinct from (a.audience, a.members, a.excluded);
    update matches m
       set b_audience = b.audience, b_members = b.members, b_excluded = b.excluded
      from media b where b.id = any (own) and m.b_medium = b.id
       and (m.b_audience, m.b_members, m.b_excluded) is distinct from (b.audience, b.members, b.excluded);

    -- What is under examination leaves nothing that others could see; it is noted anew once that is over.
    with hidden as (
        select o.id from public.overlaps o join media m on m.id in (o.left_medium, o.right_medium)
         where (o.left_medium = any (own) or o.right_medium = any (own)) and m.id = any (own)
           and '(blocked)' = any (m.excluded)
    )
    delete from public.overlaps o using hidden where o.id = hidden.id;

    -- Both owners are told now: there is nothing left to be blind to.
    with open as (
        select o.id from public.overlaps o join media a on a.id = o.left_medium join media b on b.id = o.right_medium
         where (o.left_medium = any (own) or o.right_medium = any (own)) and {both_are_told}
    )
    delete from public.overlaps o using open where o.id = open.id;
    select array_agg(m.a_medium), array_agg(m.b_medium) into some_media, other_media from matches m
     where m.a_medium = any (own) or m.b_medium = any (own);
    perform clew_write_overlaps(some_media, other_media);
    perform clew_note_equal_bytes(own);
end
$$;
