-- Functions that read over all members. What they give back is numbers, bits and times;
-- what they write about a pair of media lies under the covers of both.
-- They look up few rows in large tables, so they never read a table from end to end.

create or replace function clew_fingerprints_after(engine smallint, after bigint, lim integer)
returns table (first bigint, count integer, bits bytea)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp set enable_seqscan = off
as $$
    -- The set that holds after + 1 may begin before it.
    with held as (
        (select f.first, f.count, f.bits from fingerprints f
          where f.engine = $1 and f.first <= $2 order by f.first desc limit 1)
        union all
        (select f.first, f.count, f.bits from fingerprints f
          where f.engine = $1 and f.first > $2 order by f.first limit $3)
    ), counted as (
        select h.first, h.count, h.bits, sum(h.count) over (order by h.first) - h.count as before
          from held h where h.first + h.count > $2 + 1
    )
    select c.first, c.count, c.bits from counted c where c.before < $3 order by c.first
$$;

-- How many fingerprints there are above a number, up to another.
create or replace function clew_fingerprints_between(engine smallint, after bigint, last bigint) returns bigint
language sql stable security definer
set search_path = pg_catalog, public, pg_temp set enable_seqscan = off
as $$
    -- The set that holds after + 1 may begin before it; numbers are dense, so it begins no further away than it is long.
    select coalesce(sum(least(f.first + f.count - 1, $3) - greatest(f.first, $2 + 1) + 1), 0)::bigint
      from fingerprints f
     where f.engine = $1 and f.first <= $3 and f.first + f.count > $2 + 1
       and f.first >= coalesce((select p.first from fingerprints p
                                 where p.engine = $1 and p.first <= $2 + 1 order by p.first desc limit 1), 0)
$$;

create or replace function clew_fingerprint_sets(engine smallint, numbers bigint[], placed boolean)
returns table (fingerprint_id bigint, kind smallint, first bigint, count integer, times_ms bytea)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp set enable_seqscan = off
as $$
    with sought as (select distinct number from unnest($2) number),
    held as (
        select distinct s.id
          from sought
         cross join lateral (
               select f.id, f.first, f.count from fingerprints f
                where f.engine = $1 and f.first <= sought.number
                order by f.first desc limit 1) s
         where sought.number < s.first + s.count
    )
    select f.id, f.kind, f.first, f.count, f.times_ms
      from held join fingerprints f on f.id = held.id
     where not $3 or exists (select from occurrences o where o.medium_id = f.medium_id)
$$;

-- Write the overlaps of pairs of media of different members, near or of equal bytes, of which one side's owner may not
-- be told. For the two functions below only; the application may not call it.
create or replace function clew_write_overlaps(some_media uuid[], other_media uuid[]) returns void
language sql volatile security definer
set search_path = pg_catalog, public, pg_temp set enable_seqscan = off
as $$
    with hidden as (
        select distinct least(a.id, b.id) as left_medium, greatest(a.id, b.id) as right_medium
          from unnest($1, $2) as pair (a_id, b_id)
          join media a on a.id = pair.a_id
          join media b on b.id = pair.b_id
         where a.owner_member <> b.owner_member
           and not {both_are_told}
           -- Nobody may learn of what is under examination, not even that it is there.
           and '(blocked)' <> all (a.excluded || b.excluded)
    )
    insert into public.overlaps (left_medium, right_medium)
    select left_medium, right_medium from hidden
     order by left_medium, right_medium
    on conflict (left_medium, right_medium) do nothing
$$;

create or replace function clew_write_matches(
    a_medium uuid[], b_fingerprint bigint[], kind smallint[], distance smallint[], radius smallint[],
    transform smallint[], a_from integer[], a_to integer[], b_from integer[], b_to integer[],
    frames_matched integer[], frames_compared integer[]
) returns integer
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    viewer_member text := clew_actor_member();
    viewer_unit text := clew_actor_unit();
    some_media uuid[];
    other_media uuid[];
    seen integer;
begin
    if viewer_member is null then
        return 0;
    end if;
    -- From here on nobody changes a cover that is copied below (records/locks.py).
    perform pg_advisory_xact_lock_shared({covers_lock});
    with given as (
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) as g (
            a_id, b_fingerprint, kind, distance, radius, turn, a_from, a_to, b_from, b_to, matched, compared)
    ), paired as (
        select g.*, f.medium_id as b_id,
               a.owner_member = b.owner_member and a.owner_unit = b.owner_unit as is_of_one_unit
          from given g
          join fingerprints f on f.id = g.b_fingerprint
          join media a on a.id = g.a_id
          join media b on b.id = f.medium_id
         where a.owner_member = viewer_member and a.owner_unit = viewer_unit and a.id <> b.id
    ), own as (
        select a_id as id from paired where is_of_one_unit union select b_id from paired where is_of_one_unit
    ), placed as (
        select o.medium_id as id, array_agg(distinct o.case_id) as cases
          from occurrences o where o.medium_id in (select id from own) group by o.medium_id
    ), kept as (
        -- Two pictures of one unit that lie in one and the same case, and nowhere else, are no news:
        -- a burst would fill the table. Once one of them is put on a list they are compared again, by
        -- what is stored; so only what that finds again is left out, as it lies and picture with picture.
        select p.* from paired p
          left join placed pa on pa.id = p.a_id
          left join placed pb on pb.id = p.b_id
         where not (
               p.is_of_one_unit and cardinality(pa.cases) = 1 and pa.cases = pb.cases
               and p.kind = 1 and p.turn = 0 and p.a_from is null
               and not exists (select from listings l where l.medium_id in (p.a_id, p.b_id)))
    ), ordered as (
        select a_id, b_id, k.kind, distance, radius, turn, a_from, a_to, b_from, b_to, matched, compared
          from kept k where a_id < b_id
        union all
        -- The other way round a quarter turn is the other quarter turn; all others undo themselves.
        select b_id, a_id, k.kind, distance, radius, case turn when 1 then 3 when 3 then 1 else turn end,
               b_from, b_to, a_from, a_to, matched, compared
          from kept k where a_id > b_id
    ), best as (
        select distinct on (a_id, b_id, o.kind) * from ordered o
         order by a_id, b_id, o.kind, coalesce(matched, 0) desc, distance, turn
    ), written as (
        insert into matches as m (
            a_medium, b_medium, kind, distance_bits, radius_bits, transform,
            a_from_ms, a_to_ms, b_from_ms, b_to_ms, frames_matched, frames_compared,
            a_owner_member, a_owner_unit, a_audience, a_members, a_excluded,
            b_owner_member, b_owner_unit, b_audience, b_members, b_excluded)
        select a_id, b_id, best.kind, distance, radius, turn, a_from, a_to, b_from, b_to, matched, compared,
               a.owner_member, a.owner_unit, a.audience, a.members, a.excluded,
               b.owner_member, b.owner_unit, b.audience, b.members, b.excluded
          from best join media a on a.id = a_id join media b on b.id = b_id
        on conflict on constraint match_once_between_two_media do update
        set distance_bits = excluded.distance_bits, radius_bits = excluded.radius_bits,
            transform = excluded.transform, a_from_ms = excluded.a_from_ms, a_to_ms = excluded.a_to_ms,
            b_from_ms = excluded.b_from_ms, b_to_ms = excluded.b_to_ms,
            frames_matched = excluded.frames_matched, frames_compared = excluded.frames_compared
        where (coalesce(excluded.frames_matched, 0), -excluded.distance_bits)
            > (coalesce(m.frames_matched, 0), -m.distance_bits)
        returning {a_is_told} and {b_is_told} as is_told
    )
    select array_agg(a_id), array_agg(b_id), (select count(*) from written where is_told)
      into some_media, other_media, seen from best;
    perform clew_write_overlaps(some_media, other_media);
    -- Only what the actor may see is counted: the number must not tell of what it may not.
    return coalesce(seen, 0);
end
$$;

create or replace function clew_note_equal_bytes(media uuid[]) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    viewer_member text := clew_actor_member();
    viewer_unit text := clew_actor_unit();
    some_media uuid[];
    other_media uuid[];
begin
    if viewer_member is null then
        return;
    end if;
    perform pg_advisory_xact_lock_shared({covers_lock});
    with own as (
        select m.id, m.name, m.sha256, m.sha1, m.md5 from public.media m join unnest($1) given (id) on m.id = given.id
         where m.owner_member = viewer_member and m.owner_unit = viewer_unit and m.size_bytes is distinct from 0
    ), paired as (
        -- A name is the SHA-256 where it is known, so the names of equal bytes are equal. Otherwise
        -- the strongest digest that both have decides: an MD5 can be forged.
        -- `offset 0`: looked up one by one, also while the database has no statistics of a fresh table.
        select own.id as a_id, b.id as b_id from own cross join lateral (
               select m.id, m.owner_member, m.size_bytes from public.media m where m.name = own.name offset 0) b
         where b.owner_member <> viewer_member and b.size_bytes is distinct from 0
           -- Where the name is a weaker digest, that is looked up below.
           and (own.sha256 is not null or own.sha1 is null and own.md5 is null)
        union
        select own.id, b.id from own cross join lateral (
               select m.id, m.owner_member, m.size_bytes, m.sha256 from public.media m
                where m.sha1 = own.sha1 offset 0) b
         where b.owner_member <> viewer_member and b.size_bytes is distinct from 0
           and (own.sha256 is null or b.sha256 is null)
        union
        select own.id, b.id from own cross join lateral (
               select m.id, m.owner_member, m.size_bytes from public.media m
                where m.md5 = own.md5 and m.sha1 is null and (own.sha256 is null or m.sha256 is null) offset 0) b
         where b.owner_member <> viewer_member and b.size_bytes is distinct from 0 and own.sha1 is not null
        union
        select own.id, b.id from own cross join lateral (
               select m.id, m.owner_member, m.size_bytes from public.media m
                where m.md5 = own.md5 and (own.sha256 is null or m.sha256 is null) offset 0) b
         where b.owner_member <> viewer_member and b.size_bytes is distinct from 0 and own.sha1 is null
    )
    select array_agg(a_id), array_agg(b_id) into some_media, other_media from paired;
    perform clew_write_overlaps(some_media, other_media);
end
$$;

-- Which of these blobs some case still holds, of whatever unit: they must stay on the disk.
create or replace function clew_blobs_kept(blobs bytea[]) returns bytea[]
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp set enable_seqscan = off
as $$
begin
    if clew_actor_member() is null then
        return $1;
    end if;
    return (select coalesce(array_agg(distinct k.blob), '{}') from medium_keys k where k.blob = any ($1));
end
$$;

-- Matches and overlaps of media of the actor's own unit go with them. What another side was told stays as it is.
create or replace function clew_forget_media(media uuid[]) returns integer
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    own uuid[];
begin
    -- Nobody has a match in hand that would be left of a medium which goes now (records/locks.py).
    if cardinality($1) > 0 then
        perform pg_advisory_xact_lock({covers_lock});
    end if;
    select array_agg(m.id) into own from public.media m
     where m.id = any ($1) and m.owner_member = clew_actor_member() and m.owner_unit = clew_actor_unit();
    delete from matches where a_medium = any (own) or b_medium = any (own);
    delete from public.overlaps o where o.left_medium = any (own) or o.right_medium = any (own);
    delete from series_dissents where medium_id = any (own);
    delete from lead_media where medium_id = any (own) or near_medium = any (own);
    return coalesce(cardinality(own), 0);
end
$$;

-- What was said in words about a subject that is ending: reasons go, who decided what and when stays.
create or replace function clew_forget_words(subject uuid) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp set enable_seqscan = off
as $$
begin
    if not exists (select from tombstones t where t.subject_id = $1 and t.step = 'begun'
                      and t.member = clew_actor_member() and t.unit = clew_actor_unit()) then
        return;
    end if;
    delete from handling_changes h where h.subject_id = $1;
    update retention_decisions d set reason = '' where d.subject_id = $1;
    update blocks b set reason = '' where b.subject_id = $1;
end
$$;

-- Which of these cases were shredded or ended: so that a key that came back with a backup is destroyed again.
create or replace function clew_shredded(cases uuid[]) returns uuid[]
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp set enable_seqscan = off
as $$
begin
    return (select coalesce(array_agg(gone.id), '{}') from (
        select s.case_id from shreddings s where s.case_id = any ($1) and s.step in ('destroyed', 'done')
        union
        select t.subject_id from tombstones t
         where t.subject_id = any ($1) and t.subject_kind = 'case' and t.step = 'done') gone (id));
end
$$;
