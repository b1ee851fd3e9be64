-- What comes of identifying: who is told, and how many children there are, each counted once.

-- Units that had a part in series of the actor's unit, or whose triage named them, are told what came of it, once.
-- They are told only of series that they may see: what is hidden from them tells them nothing. And nobody learns how many
-- were told: a unit may have a part by media that are hidden from whoever tells.
create or replace function clew_tell_outcome(about uuid[], outcome text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    if outcome not in ('identified', 'safeguarded', 'outcome-taken-back') then
        raise exception 'no such outcome';
    end if;
    with s as (
        select id, owner_member, owner_unit, audience, members, excluded from series where id = any (about)
           and owner_member = clew_actor_member() and owner_unit = clew_actor_unit()
    ), own as (
        select s.id as series_id, p.medium_id from s join series_media p on p.series_id = s.id
    ), u as (
        select distinct s.id as series_id, p.owner_member as member, p.owner_unit as unit
          from s join series_media p on p.series_id = s.id
        union
        select own.series_id, m.b_owner_member, m.b_owner_unit from own join matches m on m.a_medium = own.medium_id
        union
        select own.series_id, m.a_owner_member, m.a_owner_unit from own join matches m on m.b_medium = own.medium_id
        union
        select own.series_id, other.owner_member, other.owner_unit
          from own join media it on it.id = own.medium_id join media other on other.name = it.name
    )
    insert into notices (id, member, unit, kind, subject_id, raised_at)
    select gen_random_uuid(), u.member, u.unit, outcome, s.id, transaction_timestamp() from u join s on s.id = u.series_id
     where (u.member, u.unit) <> (s.owner_member, s.owner_unit) and {s_is_seen_by_u}
       and not exists (select from notices n where n.member = u.member and n.unit = u.unit
                          and n.subject_id = s.id and n.kind = outcome
                          and n.raised_at > coalesce((select max(b.raised_at) from notices b
                                                       where b.member = u.member and b.unit = u.unit
                                                         and b.subject_id = s.id and b.kind = 'outcome-taken-back'
                                                         and outcome <> 'outcome-taken-back'), '-infinity'))
       -- A mistake is taken back only where somebody was told.
       and (outcome <> 'outcome-taken-back' or exists (
                select from notices n where n.member = u.member and n.unit = u.unit and n.subject_id = s.id
                   and n.kind in ('identified', 'safeguarded')))
     order by u.member, u.unit, s.id
    on conflict (member, unit, kind, subject_id) where seen_at is null do nothing;
end
$$;

-- Children whose identity is known, each once, however many members have a victim that is the same child.
-- The child is its first identification's: member, year, sex and age band are of that.
create or replace function clew_children() returns table (
    child uuid, member text, sex text, youngest smallint, identified_at timestamptz, is_safeguarded boolean, victims uuid[])
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    with recursive live as (
        select v.id, v.owner_member, v.state, v.sex, v.youngest,
               coalesce((select min(s.decided_at) from victim_steps s where s.victim_id = v.id and s.status = 'confirmed'
                            and s.state in ('identified', 'safeguarded')), v.entered_at) as identified_at
          from victims v
         where v.state in ('identified', 'safeguarded')
           and not exists (select from victim_words w where w.victim_id = v.id and w.said = 'no-real-child'
                              and w.withdrawn_at is null
                              and (w.owner_member, w.owner_unit) = (v.owner_member, v.owner_unit))
    ), edges (a, b) as materialized (
        select a_victim, b_victim from victim_merges where withdrawn_at is null
        union
        select b_victim, a_victim from victim_merges where withdrawn_at is null
    ), reach (root, node) as (
        select l.id, l.id from live l where l.id in (select e.a from edges e)
        union
        select r.root, e.b from reach r join edges e on e.a = r.node
    ), one as (
        select l.*, coalesce((select min(r.node::text)::uuid from reach r where r.root = l.id), l.id) as child from live l
    )
    select distinct on (o.child) o.child, o.owner_member, o.sex, o.youngest, o.identified_at,
           bool_or(o.state = 'safeguarded') over of_child, array_agg(o.id) over of_child
      from one o window of_child as (partition by o.child)
     order by o.child, o.identified_at, o.id
$$;

-- How many children there are by something, in a year or in all: those of the actor's member exactly, of others only
-- where they are none or enough. The line without a key is over all of them.
create or replace function clew_ledger(by_what text, in_year integer) returns table (
    key text, own integer, others integer, own_safeguarded integer, others_safeguarded integer)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    with child as (
        select c.member = clew_actor_home() as is_own, c.is_safeguarded,
               case by_what
                   when 'member' then c.member
                   when 'year' then extract(year from c.identified_at at time zone 'UTC')::text
                   when 'sex' then c.sex
                   when 'age' then case when c.youngest is null then 'unknown' when c.youngest < 3 then '0-2'
                       when c.youngest < 7 then '3-6' when c.youngest < 11 then '7-10' when c.youngest < 14 then '11-13'
                       when c.youngest < 16 then '14-15' when c.youngest < 18 then '16-17' else 'adult' end
               end as key
          from clew_children() c
         where clew_actor_home() is not null
           and (in_year is null or extract(year from c.identified_at at time zone 'UTC') = in_year)
    ), counted as (
        select coalesce(c.key, '') as key, count(*) filter (where is_own) as own, count(*) filter (where not is_own) as others,
               count(*) filter (where is_own and is_safeguarded) as own_safeguarded,
               count(*) filter (where not is_own and is_safeguarded) as others_safeguarded
          from child c group by grouping sets ((c.key), ())
    )
    select key, own::integer, case when others between 1 and {small} - 1 then null else others::integer end,
           own_safeguarded::integer,
           case when others_safeguarded between 1 and {small} - 1 then null else others_safeguarded::integer end
      from counted order by key
$$;

-- How long it took, in seconds, from the first upload of what a child is in to the first lead about it and to the
-- identification: medians over the own member's children, and over all where those of others are enough.
create or replace function clew_ledger_times(in_year integer) returns table (
    whose text, children integer, to_lead double precision, from_lead double precision, to_identified double precision)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    with child as (
        select c.member = clew_actor_home() as is_own, c.identified_at, found.uploaded_at, found.raised_at
          from clew_children() c
          cross join lateral (
              select min(m.taken_in_at) as uploaded_at,
                     (select min(d.raised_at) from leads d where d.state <> 'watched' and d.series_id in (
                          select l.b_id from links l where l.a_id = any (c.victims) and l.type = 1 and l.state = 2
                             and l.b_kind = 1)) as raised_at
                from (select p.medium_id from links l join series_media p on p.series_id = l.b_id
                       where l.a_id = any (c.victims) and l.type = 1 and l.state = 2 and l.b_kind = 1
                      union all
                      select l.b_id from links l
                       where l.a_id = any (c.victims) and l.type = 1 and l.state = 2 and l.b_kind = 2) p
                join media m on m.id = p.medium_id
          ) found
         where clew_actor_home() is not null
           and (in_year is null or extract(year from c.identified_at at time zone 'UTC') = in_year)
    ), whose as (
        select 'own' as whose, c.* from child c where c.is_own
        union all
        select 'all', c.* from child c where (select count(*) from child o where not o.is_own) >= {small}
    )
    select w.whose, count(*)::integer,
           percentile_cont(0.5) within group (order by extract(epoch from w.raised_at - w.uploaded_at)),
           percentile_cont(0.5) within group (order by extract(epoch from w.identified_at - w.raised_at)),
           percentile_cont(0.5) within group (order by extract(epoch from w.identified_at - w.uploaded_at))
      from whose w group by w.whose order by w.whose
$$;
