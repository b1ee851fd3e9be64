-- What comes of identifying: who is told, and how many children there are, each counted once.

-- Units that had a part in series of the actor's unit, or whose triage named them, are told what came of it.
-- They are told only of series that they may see, and only for a medium in it that they may see: what is hidden from
-- them tells them nothing. Nobody learns how many were told: a unit may have a part by media that are hidden from
-- whoever tells. A unit is told what differs from the last that it was told.
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
           and state = case outcome when 'outcome-taken-back' then state else outcome end
           and (outcome <> 'outcome-taken-back' or state not in ('identified', 'safeguarded'))
    ), it as (
        select s.id as series_id, p.owner_member as put_by_member, p.owner_unit as put_by_unit,
               m.id, m.name, m.owner_member, m.owner_unit, m.audience, m.members, m.excluded
          from s join series_media p on p.series_id = s.id join media m on m.id = p.medium_id
    ), u as (
        select it.series_id, it.id as medium_id, it.put_by_member as member, it.put_by_unit as unit from it
        union
        select it.series_id, it.id, m.b_owner_member, m.b_owner_unit from it join matches m on m.a_medium = it.id
        union
        select it.series_id, it.id, m.a_owner_member, m.a_owner_unit from it join matches m on m.b_medium = it.id
        union
        select it.series_id, it.id, other.owner_member, other.owner_unit from it join media other on other.name = it.name
    ), part as (
        select distinct s.id as series_id, u.member, u.unit
          from u join s on s.id = u.series_id join it on it.series_id = u.series_id and it.id = u.medium_id
         where (u.member, u.unit) <> (s.owner_member, s.owner_unit) and {s_is_seen_by_u} and {it_is_seen_by_u}
    ), last as (
        select part.*, (select n.kind from notices n
                         where n.member = part.member and n.unit = part.unit and n.subject_id = part.series_id
                           and n.kind in ('identified', 'safeguarded', 'outcome-taken-back')
                         order by n.raised_at desc limit 1) as kind
          from part
    )
    insert into notices (id, member, unit, kind, subject_id, raised_at)
    select gen_random_uuid(), l.member, l.unit, outcome, l.series_id, transaction_timestamp() from last l
     where case outcome when 'outcome-taken-back' then l.kind in ('identified', 'safeguarded')
                        else l.kind is distinct from outcome end
     order by l.member, l.unit, l.series_id
    -- One that nobody has seen yet is told anew.
    on conflict (member, unit, kind, subject_id) where seen_at is null do update set raised_at = excluded.raised_at;
end
$$;

-- A victim's state is what the last confirmed step led to: nobody writes it without one.
create or replace function clew_keep_victim_state() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    if tg_op = 'INSERT' and new.state <> 'unidentified'
       or tg_op = 'UPDATE' and new.state <> old.state and not exists (
              select from victim_steps s where s.victim_id = new.id and s.status = 'confirmed' and s.state = new.state
                 and s.decided_at = transaction_timestamp()) then
        raise exception 'a victim comes into a state by a step that another officer confirmed'
            using errcode = 'insufficient_privilege';
    end if;
    return new;
end
$$;

-- Children whose identity is known, each once, however many members have a victim that is the same child.
-- The child is its first identification's: member, year, sex, age band and whether it is safe are of that. Two victims are
-- one child once the owners of both say so: what one of them says alone changes no number of the other's.
create or replace function clew_children() returns table (
    child uuid, member text, sex text, youngest smallint, identified_at timestamptz, is_safeguarded boolean, victims uuid[])
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    with recursive live as (
        select v.id, v.owner_member, v.state, v.sex, v.youngest,
               coalesce((select min(s.decided_at) from victim_steps s where s.victim_id = v.id and s.status = 'confirmed'
                            and s.state in ('identified', 'safeguarded')
                            and s.decided_at > coalesce((select max(r.decided_at) from victim_steps r
                                where r.victim_id = v.id and r.status = 'confirmed' and r.state = 'unidentified'), '-infinity')
                        ), v.entered_at) as identified_at
          from victims v
         where v.state in ('identified', 'safeguarded')
           and not exists (select from victim_words w where w.victim_id = v.id and w.said = 'no-real-child'
                              and w.withdrawn_at is null
                              and (w.owner_member, w.owner_unit) = (v.owner_member, v.owner_unit))
    ), agreed as materialized (
        select m.a_victim, m.b_victim from victim_merges m join victims a on a.id = m.a_victim join victims b on b.id = m.b_victim
         where m.withdrawn_at is null group by m.a_victim, m.b_victim
        having bool_or((m.owner_member, m.owner_unit) = (a.owner_member, a.owner_unit))
           and bool_or((m.owner_member, m.owner_unit) = (b.owner_member, b.owner_unit))
    ), edges (a, b) as materialized (
        select a_victim, b_victim from agreed union select b_victim, a_victim from agreed
    ), reach (root, node) as (
        select l.id, l.id from live l where l.id in (select e.a from edges e)
        union
        select r.root, e.b from reach r join edges e on e.a = r.node
    ), one as (
        select l.*, coalesce((select min(r.node::text)::uuid from reach r where r.root = l.id), l.id) as child from live l
    )
    select distinct on (o.child) o.child, o.owner_member, o.sex, o.youngest, o.identified_at,
           bool_or(o.state = 'safeguarded') over of_member, array_agg(o.id) over of_member
      from one o window of_member as (partition by o.child, o.owner_member)
     order by o.child, o.identified_at, o.id
$$;

-- How many children there are by something, in a year or in all: those of the actor's member exactly, of others in fives
-- (domain/ledger.of_others). The line without a key is over all of them.
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
    select key, own::integer,
           case when others between 1 and {small} - 1 then null else (others - others % {small})::integer end,
           own_safeguarded::integer,
           case when others_safeguarded between 1 and {small} - 1 then null
                else (others_safeguarded - others_safeguarded % {small})::integer end
      from counted order by key
$$;

-- How long it took, in seconds, from the first upload of what a child is in to the first lead about it and to the
-- identification, by what its own member says and has: medians over the own member's children, and over those of others.
-- Of others each median is over whole fives of the children of whom it is known, those identified first, and in whole days,
-- rounded up: one child more moves it no more than it moves a count. What is own is in none of them: with children of one's
-- own one could try where those of others lie.
create or replace function clew_ledger_times(in_year integer) returns table (
    whose text, children integer, to_lead double precision, from_lead double precision, to_identified double precision)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    with child as materialized (
        select c.member = clew_actor_home() as is_own, c.child, c.identified_at, found.uploaded_at, found.raised_at
          from clew_children() c
          cross join lateral (
              select min(m.taken_in_at) as uploaded_at,
                     (select min(d.raised_at) from leads d where d.state <> 'watched' and d.member = c.member and d.series_id in (
                          select l.b_id from links l where l.a_id = any (c.victims) and l.type = 1 and l.state = 2
                             and l.b_kind = 1 and l.owner_member = c.member)) as raised_at
                from (select p.medium_id from links l join series_media p on p.series_id = l.b_id
                       where l.a_id = any (c.victims) and l.type = 1 and l.state = 2 and l.b_kind = 1
                         and l.owner_member = c.member
                      union all
                      select l.b_id from links l
                       where l.a_id = any (c.victims) and l.type = 1 and l.state = 2 and l.b_kind = 2
                         and l.owner_member = c.member) p
                join media m on m.id = p.medium_id and m.owner_member = c.member
          ) found
         where clew_actor_home() is not null
           and (in_year is null or extract(year from c.identified_at at time zone 'UTC') = in_year)
    ), waited as (
        select c.is_own, w.what, extract(epoch from w.span) as seconds,
               row_number() over (partition by c.is_own, w.what order by c.identified_at, c.child) as place,
               count(*) over (partition by c.is_own, w.what) as known
          from child c
          cross join lateral (values ('to_lead', c.raised_at - c.uploaded_at), ('from_lead', c.identified_at - c.raised_at),
                                     ('to_identified', c.identified_at - c.uploaded_at)) w (what, span)
         where w.span is not null
    ), median as (
        select w.is_own, w.what, percentile_cont(0.5) within group (order by w.seconds) as seconds
          from waited w where w.is_own or w.place <= w.known - w.known % {small} group by w.is_own, w.what
    ), told as (
        select m.is_own, m.what, case when m.is_own then m.seconds else ceil(m.seconds / 86400) * 86400 end as seconds from median m
    ), counted as (
        select c.is_own, count(*) - case when c.is_own then 0 else count(*) % {small} end as children from child c group by c.is_own
    )
    select case when c.is_own then 'own' else 'others' end, c.children::integer,
           (select t.seconds from told t where t.is_own = c.is_own and t.what = 'to_lead'),
           (select t.seconds from told t where t.is_own = c.is_own and t.what = 'from_lead'),
           (select t.seconds from told t where t.is_own = c.is_own and t.what = 'to_identified')
      from counted c where c.children > 0 order by c.is_own desc
$$;
