-- Notices that one unit's act raises for another, and what goes by itself. Each says that something waits, and no more.

-- The other side of a correspondence of the actor's unit has something to read.
create or replace function clew_notify_message(correspondence uuid) returns void
language sql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
    with it as (
        select c.id, c.member, c.unit, c.to_member, c.to_units[cardinality(c.to_units)] as to_unit, c.to_units,
               -- An auditor, who is nobody to records, speaks about events.
               case when is_heard then clew_actor_home() end as my_member,
               case when is_heard then clew_actor_home_unit() end as my_unit
          from correspondences c
          cross join lateral (select clew_actor_member() is not null
                                     or c.subject_kind = 'event' and clew_actor_role() = 'auditor' as is_heard) heard
         where c.id = $1
    ), told as (
        select to_member as for_member, to_unit as for_unit from it where member = my_member and unit = my_unit
        union
        select member, unit from it where to_member = my_member and my_unit = any (to_units)
        union
        -- Who passed it on tells who has it now.
        select to_member, to_unit from it where to_member = my_member and my_unit = any (to_units) and to_unit <> my_unit
    )
    insert into notices (id, member, unit, kind, subject_id, raised_at)
    select gen_random_uuid(), t.for_member, t.for_unit, 'message', it.id, transaction_timestamp() from told t cross join it
     where not (t.for_member = it.my_member and t.for_unit = it.my_unit)
    on conflict (member, unit, kind, subject_id) where seen_at is null do nothing
$$;

-- Sides that have not made up their mind, and those whose consent is a while ago, each by its own clock alone.
create or replace function clew_remind_of_overlaps() returns void
language sql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
    with side as materialized (
        select s.id, s.member, s.unit, s.subject_id, coalesce(d.decided_at, s.released_at) as since, d.step,
               case when d.step = 'consent' then {renewed_after} else {reminded_after} end as every,
               coalesce(d.again_on, (coalesce(d.decided_at, s.released_at)
                                     + case when d.step = 'consent' then {renewed_after} else {reminded_after} end)::date) as due_on
          from overlap_sides s
          left join lateral (select d.step, d.decided_at, d.again_on from overlap_decisions d
                              where d.side_id = s.id order by d.decided_at desc, d.id limit 1) d on true
         where d.step is null or d.step in ('wait', 'consent')
    )
    insert into notices (id, member, unit, kind, subject_id, raised_at)
    select gen_random_uuid(), s.member, s.unit, 'overlap-reminder', s.id, transaction_timestamp()
      from side s
      join clew_overlap_modes(array(select subject_id from side)) m on m.subject_id = s.subject_id and m.mode <> 'silent'
           and (m.mode = 'contact' or s.step is distinct from 'consent')
     where s.due_on <= (transaction_timestamp() at time zone 'UTC')::date
       and not exists (select from notices n
                        where n.subject_id = s.id and n.kind = 'overlap-reminder'
                          and n.raised_at > greatest(s.since, transaction_timestamp() - s.every))
     order by s.id
    on conflict (member, unit, kind, subject_id) where seen_at is null do nothing
$$;

-- The calendar asks its own unit to decide on what comes to its end; the same again not before it was asked long ago.
create or replace function clew_ask_for_review(subject uuid) returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    if clew_actor_role() is distinct from 'calendar' then
        return false;
    end if;
    insert into notices (id, member, unit, kind, subject_id, raised_at)
    select gen_random_uuid(), clew_actor_home(), clew_actor_home_unit(), 'review', $1, transaction_timestamp()
     where not exists (select from notices n
                        where n.member = clew_actor_home() and n.unit = clew_actor_home_unit() and n.kind = 'review'
                          and (n.seen_at is null or n.raised_at > transaction_timestamp() - {review_asked_after}));
    return found;
end
$$;

-- Units with coordinators of a member are told of what the operator did there alone. `act`: as which it is on record.
create or replace function clew_tell_coordinators(act uuid) returns void
language sql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
    insert into notices (id, member, unit, kind, subject_id, raised_at)
    select gen_random_uuid(), told.member, told.unit, 'done-alone', $1, transaction_timestamp()
      from (select distinct o.member, o.unit from officers o cross join lateral (
                   select k.role, k.state, k.ends_at from certifications k
                    where k.officer = o.username and k.given_at is not null order by k.given_at desc, k.id limit 1) c
             where o.member = clew_actor_home() and c.role = 'coordinator' and c.state = 'given'
               and c.ends_at > statement_timestamp()) told
     where clew_actor_role() = 'operator'
    on conflict (member, unit, kind, subject_id) where seen_at is null do nothing
$$;

-- What every worker does now and then: whoever has a request past its day is reminded once, and what was closed long ago goes,
-- as does what programs were answered before a day, whether or not their officer ever asks again.
create or replace function clew_look_after_messages() returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    gone uuid[];
begin
    insert into notices (id, member, unit, kind, subject_id, raised_at)
    select gen_random_uuid(), c.to_member, c.to_units[cardinality(c.to_units)], 'message-due', c.id, transaction_timestamp()
      from correspondences c
     where c.closed_at is null and c.due_on <= (transaction_timestamp() at time zone 'UTC')::date
       and not exists (select from messages m where m.correspondence_id = c.id and m.kind in ('answer', 'nothing-known'))
       and not exists (select from notices n where n.subject_id = c.id and n.kind = 'message-due'
                          and n.unit = c.to_units[cardinality(c.to_units)])
     order by c.id
    on conflict (member, unit, kind, subject_id) where seen_at is null do nothing;
    perform clew_remind_of_overlaps();
    select array_agg(c.id) into gone from correspondences c
     where c.closed_at < transaction_timestamp() - {messages_kept};
    delete from translations t where t.correspondence_id = any (gone);
    delete from messages m where m.correspondence_id = any (gone);
    delete from correspondence_reads r where r.correspondence_id = any (gone);
    delete from question_answers a where a.correspondence_id = any (gone);
    delete from correspondences c where c.id = any (gone);
    -- A referral stays with its owner; who got it has no way to it any more.
    delete from questions q where q.closed_at < transaction_timestamp() - {messages_kept}
       and not exists (select from correspondences c where c.subject_id = q.id);
    delete from api_answers a where a.asked_at < clock_timestamp() - {answers_kept};
    -- So does what opened media to somebody's eyes, and how long an officer looked.
    delete from looks l where l.used_at < clock_timestamp() - {looks_kept};
    delete from exposures e where e.day < current_date - {exposures_kept};
    delete from notices n where n.subject_id = any (gone)
        -- What came of a series stays: a mistake must be told to whoever was told.
        or n.seen_at < transaction_timestamp() - {messages_kept}
           and n.kind not in ('identified', 'safeguarded', 'outcome-taken-back');
end
$$;

-- A case or list of the actor's unit is going: what its member wrote about it loses its words, and what waits of it goes.
create or replace function clew_forget_messages(subject uuid) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    about uuid[];
begin
    if not clew_is_going($1) then
        return;
    end if;
    select array_agg(c.id) into about from correspondences c
     where c.member = clew_actor_member() and c.unit = clew_actor_unit()
       and (c.subject_id = $1
            or c.subject_id in (select o.medium_id from occurrences o where o.case_id = $1)
            or c.subject_id in (select o.contact_id from overlap_contacts o where o.subject_id = $1)
            -- A question about it, about a medium in it or a clue on one, or with an object that was cut out there.
            or c.subject_id in (select q.id from questions q where q.about_id = $1)
            or c.subject_id in (select r.id from referrals r where r.series_id = $1)
            or c.subject_id in (select q.id from questions q join crops p on p.id = q.crop_id where p.case_id = $1)
            or c.subject_id in (select q.id from questions q join occurrences o on o.medium_id = q.about_id
                                 where o.case_id = $1)
            or c.subject_id in (select q.id from questions q join clues k on k.id = q.about_id
                                  join occurrences o on o.medium_id = k.medium_id where o.case_id = $1));
    update messages m set words = '' where m.correspondence_id = any (about) and m.member = clew_actor_member();
    -- A question about it is closed: nobody is shown an object for it any more.
    update questions q set closed_by = clew_actor_officer(), closed_at = transaction_timestamp()
     where q.closed_at is null and q.id in (select c.subject_id from correspondences c where c.id = any (about));
    update translations t set words = '' where t.correspondence_id = any (about) and t.member = clew_actor_member();
    delete from notices n where n.member = clew_actor_member() and n.unit = clew_actor_unit()
       and (n.subject_id = any (about) or n.subject_id in (select s.id from overlap_sides s where s.subject_id = $1)
            or n.subject_id = $1);
end
$$;
