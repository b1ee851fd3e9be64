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

-- How long each member waited, and when it had an end: to the first lead on a series, to consent, and to its first answer.
create or replace function clew_waits() returns table (member text, what text, seconds numeric, ended_at timestamptz)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    with first_lead as (
        select distinct on (d.member, d.unit, d.series_id) d.member, d.raised_at,
               (select max(m.taken_in_at) from lead_media e join media m on m.id = e.medium_id
                 where e.lead_id = d.id and m.taken_in_at <= d.raised_at) as uploaded_at
          from leads d where d.state <> 'watched' order by d.member, d.unit, d.series_id, d.raised_at, d.id
    )
    select l.member, 'to_lead', extract(epoch from l.raised_at - l.uploaded_at), l.raised_at
      from first_lead l where l.uploaded_at is not null
    union all
    select c.member, 'to_consent', extract(epoch from c.since - s.released_at), c.since
      from overlap_contacts c join overlap_sides s on s.id = c.side_id
    union all
    -- Of the member that answers: from the day it was asked to its first word, also where that is that nothing is known.
    -- What a unit asks another of its own member is no matter between countries.
    select a.member, 'to_answer', extract(epoch from min(a.answered_at) - q.asked_at), min(a.answered_at)
      from question_answers a join questions q on q.id = a.question_id
     where a.member <> q.member group by a.correspondence_id, a.member, q.id
$$;

-- What each member has and did, as numbers, at the end of `on_day`; what came on that day is counted of that day alone.
-- Known on arrival is what its own unit could see then: what is hidden from it makes no number of its own.
create or replace function clew_count_of_day(on_day date)
returns table (member text, figure text, of text, number bigint)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    with arrived as materialized (
        select o.id, o.exhibit_id, o.owner_member, o.reason, i.started_at, o.medium_id
          from intakes i join occurrences o on o.exhibit_id = i.exhibit_id and o.intake_id = i.id
         where i.finished_at >= on_day::timestamp at time zone 'UTC'
           and i.finished_at < (on_day + 1)::timestamp at time zone 'UTC'
    ), met as materialized (
        -- What was there already and is the same, as far as the owner of what came sees it; or near, as far as it is told.
        select a.id as medium_id, r.id as occurrence_id, b.id as b_id, b.owner_member = a.owner_member as is_own,
               a.owner_member, a.owner_unit
          from arrived r join media a on a.id = r.medium_id
          join media b on b.name = a.name and b.id <> a.id and b.taken_in_at < r.started_at and {a_owner_sees_medium_b}
        union all
        select a.id, r.id, b.id, b.owner_member = a.owner_member, a.owner_member, a.owner_unit
          from arrived r join media a on a.id = r.medium_id join matches x on x.a_medium = a.id
          join media b on b.id = x.b_medium and b.taken_in_at < r.started_at and {a_owner_is_told_of_b}
        union all
        select a.id, r.id, b.id, b.owner_member = a.owner_member, a.owner_member, a.owner_unit
          from arrived r join media a on a.id = r.medium_id join matches x on x.b_medium = a.id
          join media b on b.id = x.a_medium and b.taken_in_at < r.started_at and {a_owner_is_told_of_b}
    ), said as materialized (
        -- Of each the best, as triage has it (domain/triage.py): 1 solved elsewhere, 2 a parallel enquiry, 3 known.
        select a.occurrence_id, min(case
                   when exists (select from series_media p join series s on s.id = p.series_id
                                 where p.medium_id = a.b_id and s.owner_member <> a.owner_member
                                   and s.state in ({series_solved}) and {a_owner_sees_s}) then 1
                   when exists (select from series_media p join series s on s.id = p.series_id
                                 where p.medium_id = a.b_id and s.owner_member <> a.owner_member
                                   and s.state in ({series_unsolved}) and {a_owner_sees_s}) then 2
                   when not a.is_own and exists (select from occurrences b where b.medium_id = a.b_id and {a_owner_sees_b}) then 2
                   else 3 end) as best
          from met a group by a.occurrence_id
    ), judged as materialized (
        select a.owner_member as member, a.kind, case
                   when m.best = 1 then 'solved_elsewhere' when m.best = 2 then 'parallel_enquiry' when m.best = 3
                     or exists (select from occurrences p where p.medium_id = a.id and p.exhibit_id <> r.exhibit_id and p.id < r.id)
                     or exists (select from listings l where l.medium_id = a.id) then 'known'
                   when a.verdict in ({decoded}) then 'new' else 'undecodable' end as answer
          from arrived r join media a on a.id = r.medium_id left join said m on m.occurrence_id = r.id
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
    select j.member, 'arrivals.known', j.kind, count(*) from judged j where j.answer not in ('new', 'undecodable')
     group by j.member, j.kind
    union all
    -- A file that could not even be read is one that nobody can say anything of.
    select t.member, 'answers', t.answer, count(*)
      from (select j.member, j.answer from judged j
             union all select r.owner_member, 'undecodable' from arrived r where r.medium_id is null and r.reason <> '') t
     group by t.member, t.answer
    union all
    select coalesce(w.member, ''), 'waits.' || w.what, 'count', count(*) from clew_waits() w group by grouping sets ((w.member, w.what), (w.what))
    union all
    select coalesce(w.member, ''), 'waits.' || w.what, 'median',
           (percentile_cont(0.5) within group (order by w.seconds))::bigint
      from clew_waits() w group by grouping sets ((w.member, w.what), (w.what))
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

-- What each member did in each of a closed list of periods until the end of `until`: some days, all time, and each whole year
-- that is over, once. Days of what came that an earlier version had dropped make no year: half of one is a number that was
-- never told.
create or replace function clew_count_of_periods(until date)
returns table (period text, day date, member text, figure text, of text, number bigint)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    with waited as materialized (
        select w.member, w.what, w.seconds, (w.ended_at at time zone 'UTC')::date as day from clew_waits() w
    ), done as materialized (
        select c.member, 'overlaps.consented' as figure, (min(c.since) at time zone 'UTC')::date as day
          from overlap_contacts c group by c.member, c.contact_id
        union all
        select c.member, 'victims.identified', (c.identified_at at time zone 'UTC')::date from clew_children() c
        union all
        -- The last time that it came to be safe, where that was taken back and confirmed anew.
        select c.member, 'victims.safeguarded', (min(s.decided_at) at time zone 'UTC')::date
          from clew_children() c join victim_steps s on s.victim_id = any (c.victims)
         where c.is_safeguarded and s.status = 'confirmed' and s.state = 'safeguarded'
           and s.decided_at > coalesce((select max(r.decided_at) from victim_steps r where r.victim_id = s.victim_id
                                           and r.status = 'confirmed' and r.state <> 'safeguarded'), '-infinity')
         group by c.child, c.member
    ), came as materialized (
        select s.member, s.figure, s.of, s.day, s.number from statistics s
         where s.figure in ('arrivals.arrived', 'arrivals.known') and s.day <= until
    ), periods (name, begins, ends, is_whole) as materialized (
        select d, until - d::integer + 1, until, true from unnest(array[{statistics_periods}]) d
        union all
        select 'all', date '0001-01-01', until, true
        union all
        select y::text, make_date(y, 1, 1), make_date(y, 12, 31), make_date(y, 1, 1) >= until - {statistics_days} - 366
          from generate_series(
                   (select extract(year from least((select min(d.day) from done d), (select min(w.day) from waited w),
                                                   (select min(c.day) from came c)))::integer),
                   extract(year from until + 1)::integer - 1) y
         where not exists (select from period_statistics k where k.period = y::text and k.figure = 'counted')
    )
    select p.name, p.ends, d.member, d.figure, '', count(*)
      from periods p join done d on d.day between p.begins and p.ends group by p.name, p.ends, d.member, d.figure
    union all
    select p.name, p.ends, c.member, c.figure, c.of, sum(c.number)::bigint
      from periods p join came c on p.is_whole and c.day between p.begins and p.ends
     group by p.name, p.ends, c.member, c.figure, c.of
    union all
    select p.name, p.ends, w.member, 'waits.' || w.what, f.of, case f.of when 'count' then count(*)
               else (percentile_cont(0.5) within group (order by w.seconds))::bigint end
      from periods p join waited w on w.day between p.begins and p.ends cross join (values ('count'), ('median')) f (of)
     group by p.name, p.ends, w.member, w.what, f.of
    union all
    select p.name, p.ends, '', 'counted', f.of, 1
      from periods p join (values ('', false), ('arrivals', true)) f (of, is_whole) on p.is_whole or not f.is_whole
$$;

-- Yesterday is counted, once, and the periods until then; nobody chooses another day. The last day of each month stays, others
-- for a while, and what came by the day: years are made of it. A year that was counted never changes.
create or replace function clew_count_statistics() returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    yesterday constant date := (transaction_timestamp() at time zone 'UTC')::date - 1;
begin
    perform pg_advisory_xact_lock({statistics_lock});
    if not exists (select from statistics s where s.day = yesterday) then
        insert into statistics (day, member, figure, of, number)
        select yesterday, c.member, c.figure, c.of, c.number from clew_count_of_day(yesterday) c;
        -- That it was counted, also where there is nothing.
        insert into statistics (day, member, figure, of, number) values (yesterday, '', 'counted', '', 1);
        delete from statistics s where s.day < yesterday - {statistics_days}
           and s.figure not in ('arrivals.arrived', 'arrivals.known', 'answers')
           and s.day <> (date_trunc('month', s.day) + interval '1 month')::date - 1;
    end if;
    if not exists (select from period_statistics p where p.period = 'all' and p.figure = 'counted' and p.day = yesterday) then
        delete from period_statistics p where p.period in ({statistics_periods}, 'all');
        insert into period_statistics (period, day, member, figure, of, number)
        select c.period, c.day, c.member, c.figure, c.of, c.number from clew_count_of_periods(yesterday) c;
    end if;
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

-- The first and the last day of a period of the closed list; none for whoever reads no statistics.
create or replace function clew_statistics_period(asked text) returns table (begins date, ends date)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select case when asked in ({statistics_periods}) then l.day - asked::integer + 1 when asked = 'all' then date '0001-01-01'
                when asked ~ '^[2-9][0-9]{3}$' then make_date(asked::integer, 1, 1) end,
           case when asked in ({statistics_periods}, 'all') then l.day
                when asked ~ '^[2-9][0-9]{3}$' then make_date(asked::integer, 12, 31) end
      from (select max(s.day) as day from statistics s where s.figure = 'counted') l
     where l.day is not null and clew_actor_role() in ({statisticians})
       and case when asked in ({statistics_periods}, 'all') then true
                when asked ~ '^[2-9][0-9]{3}$' then make_date(asked::integer, 12, 31) <= l.day else false end
$$;

-- Whole years that are over and of which the actor may be told something.
create or replace function clew_statistics_years() returns setof text
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select c.period from period_statistics c
     where c.figure = 'counted' and c.of = '' and c.period not in ({statistics_periods}, 'all')
       and clew_actor_role() in ({statisticians})
       and (exists (select from period_statistics p where p.period = c.period and p.member = clew_actor_home())
            or exists (select from statistics s where s.day = c.day and s.figure = 'counted'))
     order by c.period desc limit 100
$$;

-- What was in a period of the actor's member, exactly, as it was counted, and that it was; of others nothing.
create or replace function clew_statistics_of_period(asked text) returns table (figure text, of text, day date, number bigint)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select p.figure, p.of, p.day, p.number from period_statistics p
     where p.period = asked and (select clew_actor_role()) in ({statisticians})
       and (p.member = (select clew_actor_home()) or p.member = '' and p.figure = 'counted')
     order by p.figure, p.of limit 5000
$$;

-- Numbers of the actor's member as of the last day that was counted, exactly; of each other member as of a month that is over
-- and in fives: null is a few. All others together are the sum of what is told of each: a sum of exact numbers would tell how
-- small each of many few is. Medians of others are in whole days, rounded up: to the second it is a single wait, and tells
-- whoever knows when a lead was raised when somebody uploaded. What arrived is that of the 365 days until then.
-- Of a year that is over: the same as of its last day, which is what was told in the month after it, and nothing else.
create or replace function clew_statistics(asked text default '{statistics_usual}')
returns table (is_own boolean, member text, figure text, of text, day date, number bigint)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    with home as materialized (
        select clew_actor_home() as code where clew_actor_role() in ({statisticians})
    ), year as materialized (
        select p.ends as day, exists (select from period_statistics c where c.period = asked and c.figure = 'counted'
                                         and c.of = 'arrivals') as has_arrivals
          from clew_statistics_period(asked) p where asked not in ({statistics_periods}, 'all')
    ), days as materialized (
        select (select max(s.day) from statistics s where s.figure = 'counted') as own, clew_statistics_day() as others,
               true as has_arrivals
         where asked in ({statistics_periods}, 'all')
        union all
        select y.day, y.day, y.has_arrivals from year y
         where exists (select from statistics s where s.day = y.day and s.figure = 'counted')
    ), kept as materialized (
        select s.member = h.code as is_own, s.member, s.figure, s.of, d.day, sum(s.number) as number
          from home h cross join days
          cross join lateral (values (true, days.own), (false, days.others)) d (is_own, day)
          join statistics s on (s.member = h.code) = d.is_own and s.member <> '' and s.figure <> 'answers'
           and (s.figure not like 'arrivals.%' and s.day = d.day
                or s.figure like 'arrivals.%' and days.has_arrivals and s.day > d.day - 365 and s.day <= d.day)
         group by h.code, s.member, s.figure, s.of, d.day
    ), each as materialized (
        select k.is_own, k.member, k.figure, k.of, k.day,
               case when k.is_own then k.number
                    when k.of = 'median' then case when coalesce((select c.number from kept c
                        where not c.is_own and c.member = k.member and c.figure = k.figure and c.of = 'count'), 0) >= {small}
                         then ceil(k.number / 86400.0) * 86400 end
                    when k.number between 1 and {small} - 1 then null
                    else k.number - k.number % {small} end::bigint as number
          from kept k
    ), together as materialized (
        select e.figure, e.of, e.day, case when bool_or(e.number is null) then nullif(coalesce(sum(e.number), 0), 0)
                                           else sum(e.number) end::bigint as number
          from each e where not e.is_own and e.of <> 'median' and e.figure <> 'overlaps.consented' group by e.figure, e.of, e.day
    )
    select e.is_own, e.member, e.figure, e.of, e.day, e.number from each e
    union all
    select false, '', t.figure, t.of, t.day, t.number from together t
    union all
    -- Of others together: those between two of them, each once. One with the own member is in the own number alone.
    select false, '', p.figure, p.of, p.day, case when p.number between 1 and {small} - 1 then null
               else p.number - p.number % {small} end::bigint
      from (select s.figure, s.of, s.day, s.number - coalesce((select o.number from statistics o
                      where o.day = s.day and o.member = home.code and o.figure = s.figure), 0) as number
              from statistics s, home, days
             where s.day = days.others and s.member = '' and s.figure = 'overlaps.consented') p
    union all
    select false, '', s.figure, s.of, s.day, case when coalesce((select t.number from together t
               where t.figure = s.figure and t.of = 'count'), 0) >= {small} then ceil(s.number / 86400.0) * 86400 end::bigint
      from statistics s, home, days
     where s.day = days.others and s.member = '' and s.figure like 'waits.%' and s.of = 'median'
    union all
    select true, '', 'members.connected', '', (transaction_timestamp() at time zone 'UTC')::date,
           (select count(distinct o.member) from officers o cross join lateral clew_standing(o.username) known
             where known.standing = 'admitted')
      from home
$$;

-- How the actor's own member went within a period: stocks exactly, on the last day of each month and on the last that was
-- counted, and what came by what it was, in each month (as of its last day that was counted).
create or replace function clew_statistics_over_time(asked text)
returns table (figure text, of text, day date, number bigint)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select t.figure, t.of, t.day, t.number from clew_statistics_period(asked) p cross join lateral (
        select s.figure, s.of, s.day, s.number from statistics s
         where s.member = (select clew_actor_home()) and s.figure in ('series.held', 'victims.identified', 'victims.safeguarded')
           and s.day between p.begins and p.ends
           and (s.day = (date_trunc('month', s.day) + interval '1 month')::date - 1
                or s.day = (select max(c.day) from statistics c where c.figure = 'counted'))
        union all
        select s.figure, s.of, least((date_trunc('month', s.day) + interval '1 month')::date - 1, p.ends), sum(s.number)::bigint
          from statistics s
         where s.member = (select clew_actor_home()) and s.figure = 'answers' and s.day between p.begins and p.ends
         group by 1, 2, 3
    ) t order by t.day, t.figure, t.of limit 5000
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
