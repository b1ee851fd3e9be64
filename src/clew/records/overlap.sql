-- Overlaps as a protocol: what sees both sides, and what each side is told. Nothing here gives a number, a name or a
-- time of the other side before both agreed. Tables: `overlaps` (pairs of media) and `overlap_grounds` (pairs of a
-- case or hash list with another's) are read here alone; `overlap_sides` and `overlap_contacts` are what one side is told.

-- The rule by which each case or hash list meets others: its own latest, else the latest of its member, else contact.
-- `since`: when it last changed, so that a change is told no sooner than an intake would be.
create or replace function clew_overlap_modes(subjects uuid[])
returns table (subject_id uuid, mode text, since timestamptz)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    with subject as (
        select c.id, c.owner_member as member from cases c where c.id = any ($1)
        union all
        select l.id, l.owner_member from hash_lists l where l.id = any ($1)
    )
    select s.id, coalesce(own.mode, general.mode, 'contact'),
           greatest(own.changed_at, case when own.mode is null then general.changed_at end)
      from subject s
      left join lateral (select m.mode, m.changed_at from overlap_modes m
                          where m.subject_id = s.id and m.is_in_force order by m.changed_at desc, m.id limit 1) own on true
      left join lateral (select m.mode, m.changed_at from overlap_modes m
                          where m.subject_id is null and m.member = s.member and m.is_in_force
                          order by m.changed_at desc, m.id limit 1) general on true
$$;

-- Where cases and hash lists of two members meet, each from both sides, by pairs of media noted before a time.
-- `excludes`: a medium of mine excludes the other member, whatever my rule says.
create or replace function clew_overlap_meetings(noted_before timestamptz)
returns table (mine uuid, theirs uuid, kind text, member text, unit text, noted_at timestamptz, excludes boolean)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    with paired as materialized (
        select o.left_medium as a, o.right_medium as b, o.noted_at from public.overlaps o where o.noted_at < $1
        union all
        select o.right_medium, o.left_medium, o.noted_at from public.overlaps o where o.noted_at < $1
    ), concerned as materialized (select distinct a as id from paired
    ), lying as materialized (
        select distinct o.medium_id, o.case_id as id, 'case' as kind
          from occurrences o join concerned c on c.id = o.medium_id
        union all
        select l.medium_id, l.list_id, 'hash-list' from listings l join concerned c on c.id = l.medium_id
    )
    select x.id, y.id, min(x.kind), min(m.owner_member), min(m.owner_unit), min(p.noted_at),
           bool_or(n.owner_member = any (m.excluded))
      from paired p join lying x on x.medium_id = p.a join lying y on y.medium_id = p.b
      join media m on m.id = p.a join media n on n.id = p.b
     group by x.id, y.id
$$;

-- Whether media of two cases or lists still meet: a block, an end or a change of handling may have come between.
create or replace function clew_overlap_lasts(mine uuid, theirs uuid) returns boolean
language sql stable security definer
set search_path = pg_catalog, public, pg_temp set enable_seqscan = off
as $$
    with held as (
        select o.medium_id as id from occurrences o where o.case_id = $1
        union all
        select l.medium_id from listings l where l.list_id = $1
    ), met as (
        select o.right_medium as id from held join public.overlaps o on o.left_medium = held.id
        union all
        select o.left_medium from held join public.overlaps o on o.right_medium = held.id
    )
    select exists (select from met join occurrences o on o.medium_id = met.id where o.case_id = $2)
        or exists (select from met join listings l on l.medium_id = met.id where l.list_id = $2)
$$;

-- What each side has said last, and by which rule it meets others now.
create or replace function clew_overlap_sayings(subjects uuid[])
returns table (subject_id uuid, side_id uuid, member text, unit text, mode text, step text, words text)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select s.subject_id, s.id, s.member, s.unit, m.mode, d.step, coalesce(d.words, '')
      from overlap_sides s
      join clew_overlap_modes($1) m on m.subject_id = s.subject_id
      left join lateral (select d.step, d.words from overlap_decisions d
                          where d.side_id = s.id order by d.decided_at desc, d.id limit 1) d on true
     where s.subject_id = any ($1)
$$;

-- What each case or list sees of others by their open rule, as `clew_open_overlaps` gives it: a token for each member, unit
-- and series. Of media and series that exclude the viewer's member nothing; nor of a pair of which any medium does.
create or replace function clew_overlap_facts()
returns table (mine uuid, kind text, member text, unit text, fact uuid)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    with meeting as materialized (
        select * from clew_overlap_meetings('infinity')
    ), mode as materialized (
        select * from clew_overlap_modes(array(select distinct mine from meeting))
    ), pair as materialized (
        select g.mine, g.theirs, g.kind, g.member, g.unit
          from meeting g join mode a on a.subject_id = g.mine join mode b on b.subject_id = g.theirs
          join meeting h on h.mine = g.theirs and h.theirs = g.mine
         where {has_sight} and not h.excludes
    ), held as materialized (
        select distinct p.mine, p.theirs, o.medium_id as id from (select distinct mine, theirs from pair) p
          join occurrences o on o.case_id = p.mine where o.medium_id is not null
        union
        select distinct p.mine, p.theirs, l.medium_id from (select distinct mine, theirs from pair) p
          join listings l on l.list_id = p.mine
    ), met as materialized (
        select h.mine, h.theirs, o.right_medium as id from held h join public.overlaps o on o.left_medium = h.id
        union
        select h.mine, h.theirs, o.left_medium from held h join public.overlaps o on o.right_medium = h.id
    ), shown as materialized (
        select distinct m.mine, m.id from met m
         where exists (select from occurrences o where o.medium_id = m.id and o.case_id = m.theirs)
            or exists (select from listings l where l.medium_id = m.id and l.list_id = m.theirs)
    )
    select distinct p.mine, p.kind, p.member, p.unit,
           md5(concat_ws(' ', p.mine, m.owner_member, m.owner_unit, s.id))::uuid
      from shown w join (select distinct mine, kind, member, unit from pair) p on p.mine = w.mine
      join media m on m.id = w.id and p.member <> all (m.excluded)
      left join (series_media sm join series s on s.id = sm.series_id)
             on sm.medium_id = m.id and s.owner_member = m.owner_member and s.owner_unit = m.owner_unit
            and p.member <> all (s.excluded)
$$;

-- Whether the last word of a side was said after its case or list met the member: it holds for no member that came later.
create or replace function clew_overlap_covers(side uuid, member text) returns boolean
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select exists (
        select from overlap_sides s
         cross join lateral (select w.decided_at from overlap_decisions w
                              where w.side_id = s.id order by w.decided_at desc, w.id limit 1) d
          join overlap_grounds g on g.mine = s.subject_id
          join overlap_grounds h on h.mine = g.theirs and h.theirs = g.mine
         where s.id = $1 and h.member = $2 and g.noted_at < d.decided_at)
$$;

-- Each of two sides that agree gets the other's card, once. The caller holds the lock of overlaps.
create or replace function clew_overlap_meet(subjects uuid[]) returns void
language sql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
    with ground as materialized (
        select g.mine, g.theirs, g.excludes, h.excludes as excluded
          from overlap_grounds g join overlap_grounds h on h.mine = g.theirs and h.theirs = g.mine
         where g.mine = any ($1)
    ), said as materialized (
        select * from clew_overlap_sayings(array(select mine from ground union select theirs from ground))
    ), met as materialized (
        select a.subject_id as a_subject, a.side_id as a_side, a.member as a_member, a.unit as a_unit, a.words as a_words,
               b.subject_id as b_subject, b.side_id as b_side, b.member as b_member, b.unit as b_unit, b.words as b_words,
               md5(least(a.side_id, b.side_id)::text || greatest(a.side_id, b.side_id)::text)::uuid as id
          from ground g join said a on a.subject_id = g.mine join said b on b.subject_id = g.theirs
         where a.mode <> 'silent' and (a.step = 'consent' and clew_overlap_covers(a.side_id, b.member) or a.mode = 'open' and not g.excludes)
           and b.mode <> 'silent' and (b.step = 'consent' and clew_overlap_covers(b.side_id, a.member) or b.mode = 'open' and not g.excluded)
    ), fresh as materialized (
        select * from met
         where not exists (select from overlap_contacts c where c.contact_id = met.id)
           and clew_overlap_lasts(met.a_subject, met.b_subject)
    ), carded as (
        select id, a_side as side_id, a_member as member, a_unit as unit, a_subject as subject_id,
               b_member as other_member, b_unit as other_unit, b_words as other_words from fresh
        union
        select id, b_side, b_member, b_unit, b_subject, a_member, a_unit, a_words from fresh
    ), kept as (
        insert into overlap_contacts (contact_id, side_id, member, unit, subject_id, other_member, other_unit, other_words)
        select id, side_id, member, unit, subject_id, other_member, other_unit, other_words from carded order by id, side_id
        on conflict (contact_id, side_id) do nothing returning contact_id, side_id, member, unit
    )
    insert into notices (id, member, unit, kind, subject_id, raised_at)
    select gen_random_uuid(), member, unit, 'contact', contact_id, transaction_timestamp() from kept order by contact_id, side_id
    on conflict (member, unit, kind, subject_id) where seen_at is null do nothing
$$;

-- What every worker does now and then, and anybody may: nothing comes of it that the clock does not say. It keeps
-- what it works with in tables of its own: one for the time of a session could be laid ready by whoever calls.
create or replace function clew_release_overlaps() returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
declare
    clock overlap_clock;
    tick timestamptz;
    began timestamptz := transaction_timestamp();
begin
    perform pg_advisory_xact_lock({overlaps_lock});
    select * into clock from overlap_clock;
    tick := to_timestamp(floor(extract(epoch from began) / (clock.hours * 3600)) * clock.hours * 3600);
    if clock.released_until is null or clock.released_until < tick then
        with meeting as materialized (
            select * from clew_overlap_meetings(tick)
        ), gone as (
            delete from overlap_grounds g
             where not exists (select from meeting m where m.mine = g.mine and m.theirs = g.theirs)
        )
        insert into overlap_grounds as g (mine, theirs, kind, member, unit, noted_at, excludes)
        select mine, theirs, kind, member, unit, noted_at, excludes from meeting
        -- As long as two meet it is since when they first did, whatever of it ends: by that a word holds for them.
        on conflict (mine, theirs) do update set noted_at = least(g.noted_at, excluded.noted_at), excludes = excluded.excludes
         where excluded.noted_at < g.noted_at or g.excludes <> excluded.excludes;
        with mode as materialized (
            select * from clew_overlap_modes(array(select distinct mine from overlap_grounds))
        ), told as (
            select distinct g.member, g.unit, g.kind, g.mine
              from overlap_grounds g join mode a on a.subject_id = g.mine join mode b on b.subject_id = g.theirs
             where {is_told} and greatest(g.noted_at, a.since, b.since) < tick
        ), sided as (
        -- In the order of what the side knows itself: rows lie in no order that tells of the other.
        insert into overlap_sides (member, unit, subject_kind, subject_id, released_at)
        select member, unit, kind, mine, tick from told order by mine
        on conflict (subject_id) do nothing returning id, member, unit, subject_id
        )
        insert into notices (id, member, unit, kind, subject_id, raised_at)
        select gen_random_uuid(), s.member, s.unit, 'overlap', s.id, tick from sided s order by s.subject_id
        on conflict (member, unit, kind, subject_id) where seen_at is null do nothing;
        update overlap_clock set released_until = tick;
        perform clew_overlap_meet(array(select distinct mine from overlap_grounds));
    end if;
    -- Whoever is open is seen at once, and waits for the clock itself to learn of the other.
    -- Of what it sees more later it is told as for the first time, each once: of no blind one, and no sooner than it sees it.
    if exists (select from overlap_modes m where m.mode = 'open' and m.is_in_force) then
        with seen as materialized (
            select * from clew_overlap_facts()
        ), sided as (
            insert into overlap_sides (member, unit, subject_kind, subject_id, released_at)
            select distinct member, unit, kind, mine, began from seen order by mine
            on conflict (subject_id) do nothing returning id, member, unit, subject_id
        ), fresh as (
            insert into overlap_facts_told (subject_id, fact) select distinct mine, fact from seen order by mine, fact
            on conflict (subject_id, fact) do nothing returning subject_id
        )
        insert into notices (id, member, unit, kind, subject_id, raised_at)
        select gen_random_uuid(), s.member, s.unit, 'overlap', s.id, began
          from (select id, member, unit, subject_id from sided union
                select o.id, o.member, o.unit, o.subject_id from overlap_sides o join fresh f on f.subject_id = o.subject_id
                 where clock.told_facts_since is not null) s order by s.subject_id
        on conflict (member, unit, kind, subject_id) where seen_at is null do nothing;
    end if;
    -- What was seen before anybody kept what was told of it is no news.
    update overlap_clock set told_facts_since = began where told_facts_since is null;
end
$$;

-- The actor's side has decided: whoever agrees too gets its card now, and it gets theirs.
create or replace function clew_join_overlaps(subject uuid) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    perform pg_advisory_xact_lock({overlaps_lock});
    if exists (select from overlap_sides s where s.subject_id = $1 and s.member = clew_actor_member()) then
        perform clew_overlap_meet(array[$1]);
    end if;
end
$$;

-- Of members whose rule is open: what they hold of the same material as a case or list of the actor's own unit; of all
-- its media, or while somebody waits of the first. It takes no number: that would find out which of them it is.
create or replace function clew_open_overlaps(subject uuid, whole boolean)
returns table (member text, unit text, series text, series_state text)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp set enable_seqscan = off
as $$
    with asker as materialized (
        -- Once: whoever asks by the row has the signature checked by the row.
        select clew_actor_member() as member, clew_actor_unit() as unit
    ), held as materialized (
        select distinct found.id from asker cross join lateral (
               (select o.medium_id as id from occurrences o
                 where o.case_id = $1 and o.medium_id is not null and o.owner_member = asker.member
                   and o.owner_unit = asker.unit order by o.medium_id limit case when $2 then null else {looked_at} end)
               union all
               (select l.medium_id from listings l
                 where l.list_id = $1 and l.owner_member = asker.member and l.owner_unit = asker.unit
                 order by l.medium_id limit case when $2 then null else {looked_at} end)) found
    ), met as materialized (
        select o.right_medium as id from held join public.overlaps o on o.left_medium = held.id
        union
        select o.left_medium from held join public.overlaps o on o.right_medium = held.id
    ), lying as materialized (
        select met.id, o.case_id as subject_id from met join occurrences o on o.medium_id = met.id
        union
        select met.id, l.list_id from met join listings l on l.medium_id = met.id
    ), shown as materialized (
        select distinct lying.id from lying
          join clew_overlap_modes(array(select distinct subject_id from lying)) b on b.subject_id = lying.subject_id
          cross join clew_overlap_modes(array[$1]) a
         where {has_sight}
    )
    -- Denial wins: whoever is excluded from a medium or its series learns of neither.
    select distinct m.owner_member, m.owner_unit, s.reference, s.state
      from asker cross join shown join media m on m.id = shown.id and asker.member <> all (m.excluded)
      left join (series_media sm join series s on s.id = sm.series_id)
             on sm.medium_id = m.id and s.owner_member = m.owner_member and s.owner_unit = m.owner_unit
            and asker.member <> all (s.excluded)
     order by 1, 2, 3
$$;

-- Whether a case or list of the actor's own unit is going for good.
create or replace function clew_is_going(subject uuid) returns boolean
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select exists (select from tombstones t where t.subject_id = $1 and t.step = 'begun'
                      and t.member = clew_actor_member() and t.unit = clew_actor_unit())
        or exists (select from shreddings s where s.case_id = $1 and s.step in ('confirmed', 'destroyed')
                      and s.member = clew_actor_member() and s.unit = clew_actor_unit())
$$;

-- What one side was told and said goes with its case or hash list; the other side's stays as it is and tells nothing.
create or replace function clew_forget_overlaps(subject uuid) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    -- Only of what is going for good: whoever could let one go at will would learn by its coming back.
    if not clew_is_going($1) then
        return;
    end if;
    delete from overlap_contacts c where c.subject_id = $1;
    delete from overlap_decisions d where d.subject_id = $1;
    delete from overlap_sides s where s.subject_id = $1;
    delete from overlap_facts_told f where f.subject_id = $1;
    delete from overlap_modes m where m.subject_id = $1;
    delete from overlap_grounds g where g.mine = $1 or g.theirs = $1;
end
$$;
