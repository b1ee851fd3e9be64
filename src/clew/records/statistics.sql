-- Statistics for coordinators: numbers of each member, counted once a day and kept; no record leaves the database for them.
-- What others are told is as of the end of a month that is over, and in fives: who looks every day must not learn from a
-- number when somebody uploaded, or who it was that an overlap told of.

-- Victims who are not identified, each child once: two are one once the owners of both say so, and a child of whom one
-- victim is identified is found.
create or replace function clew_unidentified() returns table (child uuid, sex text, youngest smallint)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    with recursive live as (
        select v.id, v.state, v.sex, v.youngest, v.entered_at from victims v
         where not exists (select from victim_words w where w.victim_id = v.id and w.said = 'no-real-child'
                              and w.withdrawn_at is null
                              and (w.owner_member, w.owner_unit) = (v.owner_member, v.owner_unit))
    ), agreed as materialized (
        select m.a_victim, m.b_victim from victim_merges m join live a on a.id = m.a_victim join live b on b.id = m.b_victim
          join victims va on va.id = a.id join victims vb on vb.id = b.id
         where m.withdrawn_at is null group by m.a_victim, m.b_victim
        having bool_or((m.owner_member, m.owner_unit) = (va.owner_member, va.owner_unit))
           and bool_or((m.owner_member, m.owner_unit) = (vb.owner_member, vb.owner_unit))
    ), edges (a, b) as materialized (
        select a_victim, b_victim from agreed union select b_victim, a_victim from agreed
    ), reach (root, node) as (
        select e.a, e.a from edges e union select r.root, e.b from reach r join edges e on e.a = r.node
    ), one as (
        select l.*, coalesce((select min(r.node::text)::uuid from reach r where r.root = l.id), l.id) as child from live l
    )
    select distinct on (o.child) o.child, o.sex, o.youngest from one o
     where not exists (select from one f where f.child = o.child and f.state in ('identified', 'safeguarded'))
     order by o.child, o.entered_at, o.id
$$;

-- What each member has and did, as numbers, at the end of `on_day`; what came on that day is counted of that day alone.
-- Known on arrival is what its own unit could see then: what is hidden from it makes no number of its own.
create or replace function clew_count_of_day(on_day date)
returns table (member text, figure text, of text, number bigint)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    with arrived as materialized (
        select o.id, o.exhibit_id, i.started_at, m.id as medium_id
          from intakes i join occurrences o on o.exhibit_id = i.exhibit_id and o.intake_id = i.id join media m on m.id = o.medium_id
         where i.finished_at >= on_day::timestamp at time zone 'UTC'
           and i.finished_at < (on_day + 1)::timestamp at time zone 'UTC'
    ), judged as (
        select a.owner_member as member, a.kind,
               exists (select from occurrences p where p.medium_id = a.id and p.exhibit_id <> r.exhibit_id and p.id < r.id)
               or exists (select from listings l where l.medium_id = a.id)
               or exists (select from media b where b.name = a.name and b.id <> a.id and b.taken_in_at < r.started_at
                             and {a_owner_sees_b})
               or exists (select from matches x join media b on b.id = x.b_medium
                           where x.a_medium = a.id and b.taken_in_at < r.started_at and {a_owner_sees_b})
               or exists (select from matches x join media b on b.id = x.a_medium
                           where x.b_medium = a.id and b.taken_in_at < r.started_at and {a_owner_sees_b}) as is_known
          from arrived r join media a on a.id = r.medium_id
    ), first_lead as (
        select distinct on (d.member, d.unit, d.series_id) d.member, d.raised_at,
               (select max(m.taken_in_at) from lead_media e join media m on m.id = e.medium_id
                 where e.lead_id = d.id and m.taken_in_at <= d.raised_at) as uploaded_at
          from leads d where d.state <> 'watched' order by d.member, d.unit, d.series_id, d.raised_at, d.id
    ), waited as (
        select l.member, 'to_lead' as what, extract(epoch from l.raised_at - l.uploaded_at) as seconds
          from first_lead l where l.uploaded_at is not null
        union all
        select c.member, 'to_consent', extract(epoch from c.since - s.released_at)
          from overlap_contacts c join overlap_sides s on s.id = c.side_id
        union all
        -- Of the member that answers: from the day it was asked to its first word, also where that is that nothing is known.
        -- What a unit asks another of its own member is no matter between countries.
        select a.member, 'to_answer', extract(epoch from min(a.answered_at) - q.asked_at)
          from question_answers a join questions q on q.id = a.question_id
         where a.member <> q.member group by a.correspondence_id, a.member, q.id
    )
    select o.member, 'officers.certified', '', count(*)
      from officers o cross join lateral clew_standing(o.username) known where known.standing = 'admitted' group by o.member
    union all
    select m.owner_member, 'media.held', m.kind, count(*) from media m group by m.owner_member, m.kind
    union all
    select s.owner_member, 'series.held', s.state, count(*) from series s group by s.owner_member, s.state
    union all
    select c.member, 'overlaps.consented', '', count(distinct c.contact_id) from overlap_contacts c group by c.member
    union all
    -- An overlap is one, though two members count it.
    select '', 'overlaps.consented', '', count(distinct c.contact_id) from overlap_contacts c
    union all
    select c.member, 'victims.identified', '', count(*) from clew_children() c group by c.member
    union all
    select c.member, 'victims.safeguarded', '', count(*) from clew_children() c where c.is_safeguarded group by c.member
    union all
    select j.member, 'arrivals.arrived', j.kind, count(*) from judged j group by j.member, j.kind
    union all
    select j.member, 'arrivals.known', j.kind, count(*) from judged j where j.is_known group by j.member, j.kind
    union all
    select coalesce(w.member, ''), 'waits.' || w.what, 'count', count(*) from waited w group by grouping sets ((w.member, w.what), (w.what))
    union all
    select coalesce(w.member, ''), 'waits.' || w.what, 'median',
           (percentile_cont(0.5) within group (order by w.seconds))::bigint
      from waited w group by grouping sets ((w.member, w.what), (w.what))
    union all
    select '', 'unidentified.series', '', count(*) from series s where s.state in ('open', 'under-enquiry')
    union all
    select '', 'unidentified.victims', 'all', count(*) from clew_unidentified()
    union all
    select '', 'unidentified.sex', u.sex, count(*) from clew_unidentified() u group by u.sex
    union all
    select '', 'unidentified.age', case when u.youngest is null then 'unknown' when u.youngest < 3 then '0-2'
               when u.youngest < 7 then '3-6' when u.youngest < 11 then '7-10' when u.youngest < 14 then '11-13'
               when u.youngest < 16 then '14-15' when u.youngest < 18 then '16-17' else 'adult' end, count(*)
      from clew_unidentified() u group by 3
$$;

-- Yesterday is counted, once; nobody chooses another day. The last day of each month stays, others for a while.
create or replace function clew_count_statistics() returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    yesterday constant date := (transaction_timestamp() at time zone 'UTC')::date - 1;
begin
    perform pg_advisory_xact_lock({statistics_lock});
    if exists (select from statistics s where s.day = yesterday) then
        return;
    end if;
    insert into statistics (day, member, figure, of, number)
    select yesterday, c.member, c.figure, c.of, c.number from clew_count_of_day(yesterday) c;
    -- That it was counted, also where there is nothing.
    insert into statistics (day, member, figure, of, number) values (yesterday, '', 'counted', '', 1);
    delete from statistics s where s.day < yesterday - {statistics_days}
       and (s.figure not like 'arrivals.%' and s.day <> (date_trunc('month', s.day) + interval '1 month')::date - 1
            or s.day < yesterday - {statistics_days} - 366);
end
$$;

-- The day that others are told of: the last that was counted in a month that is over.
create or replace function clew_statistics_day() returns date
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select max(s.day) from statistics s
     where s.day < date_trunc('month', transaction_timestamp() at time zone 'UTC')::date and s.figure = 'counted'
$$;

-- Numbers of the actor's member as of the last day that was counted, exactly; of each other member, and of all others
-- together, as of a month that is over and in fives: null is a few. Medians of others are in whole days, rounded up: to the
-- second it is a single wait, and tells whoever knows when a lead was raised when somebody uploaded. What arrived is that
-- of the 365 days until then.
create or replace function clew_statistics()
returns table (is_own boolean, member text, figure text, of text, day date, number bigint)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    with home as materialized (
        select clew_actor_home() as code where clew_actor_role() in ({statisticians})
    ), days as materialized (
        select (select max(s.day) from statistics s where s.figure = 'counted') as own, clew_statistics_day() as others
    ), kept as (
        select s.member = h.code as is_own, s.member, s.figure, s.of, d.day, sum(s.number) as number
          from home h cross join days
          cross join lateral (values (true, days.own), (false, days.others)) d (is_own, day)
          join statistics s on (s.member = h.code) = d.is_own and s.member <> ''
           and (s.day = d.day or s.figure like 'arrivals.%' and s.day > d.day - 365 and s.day <= d.day)
         group by h.code, s.member, s.figure, s.of, d.day
    ), told as (
        select k.is_own, k.member, k.figure, k.of, k.day, k.number from kept k
        union all
        select false, '', k.figure, k.of, k.day, sum(k.number) from kept k
         where not k.is_own and k.of <> 'median' and k.figure <> 'overlaps.consented' group by k.figure, k.of, k.day
        union all
        -- Of others together: those between two of them, each once. One with the own member is in the own number alone.
        select false, '', s.figure, s.of, s.day, s.number - coalesce((
                   select o.number from statistics o where o.day = s.day and o.member = home.code and o.figure = s.figure), 0)
          from statistics s, home, days
         where s.day = days.others and s.member = '' and s.figure = 'overlaps.consented'
        union all
        select false, '', s.figure, s.of, s.day, s.number from statistics s, home, days
         where s.day = days.others and s.member = '' and s.figure like 'waits.%' and s.of = 'median'
    )
    select t.is_own, t.member, t.figure, t.of, t.day,
           case when t.is_own then t.number
                when t.of = 'median' then case when coalesce((select c.number from told c
                    where not c.is_own and c.member = t.member and c.figure = t.figure and c.of = 'count'), 0) >= {small}
                     then ceil(t.number / 86400.0) * 86400 end
                when t.number between 1 and {small} - 1 then null
                else t.number - t.number % {small} end::bigint
      from told t
    union all
    select true, '', 'members.connected', '', (transaction_timestamp() at time zone 'UTC')::date,
           (select count(distinct o.member) from officers o cross join lateral clew_standing(o.username) known
             where known.standing = 'admitted')
      from home
$$;

-- How stocks of the actor's own member went: exactly, on the last day of each month and on the last that was counted.
create or replace function clew_statistics_over_time() returns table (figure text, of text, day date, number bigint)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select s.figure, s.of, s.day, s.number from statistics s
     where s.member = (select clew_actor_home()) and (select clew_actor_role()) in ({statisticians})
       and s.figure in ('series.held', 'victims.identified', 'victims.safeguarded')
       and (s.day = (date_trunc('month', s.day) + interval '1 month')::date - 1
            or s.day = (select max(c.day) from statistics c where c.figure = 'counted'))
     order by s.day, s.figure, s.of limit 5000
$$;

-- What the public is told, once the operator said so: of all members together, as of a month that is over, in fives.
create or replace function clew_public_indicator() returns table (figure text, of text, day date, number bigint)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select s.figure, s.of, s.day, case when s.number between 1 and {small} - 1 then null else s.number - s.number % {small} end
      from statistics s
     where s.day = clew_statistics_day() and s.member = '' and s.figure like 'unidentified.%'
       and (select p.is_on from publications p order by p.decided_at desc, p.id limit 1)
$$;

-- The operator says whether the public is told; each word stays.
create or replace function clew_publish(is_on boolean) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    if clew_actor_role() is distinct from 'operator' then
        raise exception 'the operator says so' using errcode = 'insufficient_privilege';
    end if;
    insert into publications (id, is_on, decided_at) values (gen_random_uuid(), $1, clock_timestamp());
end
$$;
