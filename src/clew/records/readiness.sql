-- What a member's administrators, and the coordinators of all, are told of steps of getting connected: dates, and no
-- words. Of its own first intake, match and identification a member's side of the checklist is not read here at all.
create or replace function clew_readiness()
returns table (member text, step text, is_shown boolean, shown_on date, due_on date, done_on date)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    with reader as (
        select clew_actor_home() as home, clew_actor_role() as role
    ), subject as (
        select m.code, m.legal_basis <> '' as has_basis,
               exists (select from units u where u.member = m.code) as has_unit,
               m.code = reader.home as is_home
          from members m, reader
         where reader.home is not null
           and (reader.role = 'coordinator' or reader.role = 'national-administrator' and m.code = reader.home)
    ), fact as (
        select code, 'legal-basis' as step, has_basis as is_shown, null::timestamptz as since from subject
        union all
        select code, 'unit', has_unit, null from subject
        union all
        select code, 'administrator', clew_administrators(code) > 0, null from subject
        union all
        select code, 'secure-link', s.since is not null, s.since from subject
          left join lateral (select min(i.began_at) as since from sign_ins i
                              where i.member = code and i.way = 'certificate') s on true
        union all
        select code, 'training', e.since is not null, e.since from subject
          left join lateral (select min(x.ended_at) as since from exercises x where x.member = code and x.has_passed) e on true
        union all
        -- Here the records are read by who asks, under their own sight; only what was planned is told, and at home alone.
        select code, own.step, false, null from subject, unnest(array[{own_steps}]) own (step) where is_home
    )
    select f.code, f.step, f.is_shown, f.since::date, w.due_on, w.done_on
      from fact f
      left join lateral (select r.due_on, r.done_on from readiness_words r
                          where r.member = f.code and r.step = f.step order by r.said_at desc limit 1) w on true
$$;

-- Whether an officer may be certified as far as exercises go: the member asks for none, or one was passed that counts. A
-- function, for the policy that asks it is older than the tables.
create or replace function clew_has_ground(who text, of_member text) returns boolean
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select not exists (select from member_rules r where r.member = $2 and r.exercise_needed)
        or exists (select from exercises e where e.member = $2 and e.officer = $1 and e.has_passed
                      and e.ended_at > transaction_timestamp() - interval '{exercise_counts_days} days')
$$;
