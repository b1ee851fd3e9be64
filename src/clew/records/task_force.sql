-- Task forces: which of them the actor is in, who hears of them, and what goes at once when somebody goes.

-- The running task forces that the actor works in: named by the own member, by the own word, for their time alone. The
-- clock is that of the transaction: the first that begins at the end or later is in none, whatever job has run.
create or replace function clew_task_forces() returns uuid[]
language sql stable security definer parallel restricted
set search_path = pg_catalog, public, pg_temp
as $$
    select coalesce(array_agg(o.task_force_id), '{}')
      from task_force_officers o
      join task_forces t on t.id = o.task_force_id
      join task_force_members m on m.task_force_id = o.task_force_id and m.member = o.member
     where o.officer = clew_actor_officer() and o.member = clew_actor_member()
       and o.accepted_at is not null and o.left_at is null and m.standing = 'in'
       and t.closed_at is null and t.starts_at <= transaction_timestamp() and t.ends_at > transaction_timestamp()
$$;

-- What was brought there, by whom, for the use that the transaction is for; nothing of a series that excludes the actor's
-- member or is under examination, neither that it was brought nor media that are shown only because it was.
create or replace function clew_brought() returns table (series_id uuid, member text, unit text)
language sql stable security definer parallel restricted rows 20
set search_path = pg_catalog, public, pg_temp
as $$
    select b.series_id, b.member, b.unit from task_force_series b join series s on s.id = b.series_id
     where b.task_force_id = any ((select clew_task_forces())::uuid[]) and b.state = 'in-force' and b.uses & (select clew_actor_use()) <> 0
       and (select clew_actor_member()) <> all (s.excluded) and '(blocked)' <> all (s.excluded)
$$;

-- Whether a medium lies in a series by the word of its own owner, who brought that there; and not where that place is
-- hidden from the actor's member. Whether anybody brought it is asked first: who acts is worked out for few.
create or replace function clew_medium_was_brought(medium uuid) returns boolean
language plpgsql stable security definer parallel restricted
set search_path = pg_catalog, public, pg_temp
as $$
begin
    if not exists (select from series_media p join task_force_series b on b.series_id = p.series_id where p.medium_id = $1) then
        return false;
    end if;
    return exists (
        select from series_media p join media m on m.id = p.medium_id
          join clew_brought() b on b.series_id = p.series_id and b.member = p.owner_member and b.unit = p.owner_unit
         where p.medium_id = $1 and m.owner_member = p.owner_member and m.owner_unit = p.owner_unit
           and clew_actor_member() <> all (p.excluded) and '(blocked)' <> all (p.excluded)
           -- One of which nothing but its fingerprint is known is brought with its fingerprint or not at all.
           and (length(m.name) <> {name_bytes} or exists (
                select from task_force_series f
                 where (f.series_id, f.member, f.unit) = (b.series_id, b.member, b.unit) and f.state = 'in-force'
                   and f.task_force_id = any (clew_task_forces()) and f.uses & {fingerprints} <> 0)));
end
$$;

-- Those that the actor may know of: whoever opened them, is named for them and has not left, and who speaks for a member
-- that was invited or is in. Once they are over also whoever was in until they left; never a member that only was invited.
create or replace function clew_task_forces_known() returns uuid[]
language sql stable security definer parallel restricted
set search_path = pg_catalog, public, pg_temp
as $$
    select coalesce(array_agg(t.id), '{}')
      from task_forces t
      cross join lateral (select t.closed_at is not null or t.ends_at <= transaction_timestamp() as is_over) e
     where clew_actor_member() is not null and (
           t.opened_by = clew_actor_officer() and t.member = clew_actor_member()
        or exists (select from task_force_officers o join task_force_members m
                       on m.task_force_id = o.task_force_id and m.member = o.member
                    where o.task_force_id = t.id and o.officer = clew_actor_officer() and o.member = clew_actor_member()
                      and (o.left_at is null and m.standing = 'in' and not e.is_over
                           or e.is_over and o.accepted_at is not null))
        or clew_actor_role() in ({speaks}) and exists (
               select from task_force_members m where m.task_force_id = t.id and m.member = clew_actor_member()
                  and (m.standing in ('invited', 'in') and not e.is_over or e.is_over and m.accepted_at is not null)))
$$;

-- What came of the series that were brought, since it began, by members that are in it: those of the actor's own member
-- exactly, of others in fives (domain/ledger.of_others). Only for who works in it now, and of nothing that excludes them.
create or replace function clew_task_force_found(task_force uuid) returns table (kind text, own integer, others integer)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    with f as materialized (
        select t.id, t.starts_at from task_forces t where t.id = $1 and t.id = any ((select clew_task_forces())::uuid[])
    ), s as materialized (
        select distinct b.series_id from task_force_series b join f on f.id = b.task_force_id
         where (b.series_id, b.member, b.unit) in (select x.series_id, x.member, x.unit from clew_brought() x)
    ), found (kind, member, one) as (
        select 'leads', d.member, null::uuid from f cross join s join leads d on d.series_id = s.series_id
         where d.raised_at >= f.starts_at and d.state <> 'watched'
        union all
        (select 'links', l.owner_member, l.id from f cross join s join links l on l.a_kind = 1 and l.a_id = s.series_id
          where l.asserted_at >= f.starts_at and l.state in (1, 2)
         union
         select 'links', l.owner_member, l.id from f cross join s join links l on l.b_kind = 1 and l.b_id = s.series_id
          where l.asserted_at >= f.starts_at and l.state in (1, 2))
        union all
        (select distinct 'clues', c.owner_member, c.id from f cross join s join series_media p on p.series_id = s.series_id
           join clues c on c.medium_id = p.medium_id
          where c.asserted_at >= f.starts_at and c.withdrawn_at is null)
        union all
        (select distinct 'identifications', v.owner_member, v.id
           from f cross join s join links l on l.type = 1 and l.state = 2 and l.b_kind = 1 and l.b_id = s.series_id
           join victims v on v.id = l.a_id and v.owner_member = l.owner_member
           join victim_steps k on k.victim_id = v.id and k.status = 'confirmed' and k.state in ('identified', 'safeguarded')
          where k.decided_at >= f.starts_at)
    ), counted as (
        select d.kind, count(*) filter (where d.member = clew_actor_member()) as own,
               count(*) filter (where d.member <> clew_actor_member()) as others
          from found d join task_force_members m on m.task_force_id = $1 and m.member = d.member and m.standing = 'in'
         group by d.kind
    )
    select k.kind, coalesce(c.own, 0)::integer,
           case when c.others between 1 and {small} - 1 then null
                else coalesce(c.others - c.others % {small}, 0)::integer end
      from (values (1, 'leads'), (2, 'links'), (3, 'clues'), (4, 'identifications')) k (at, kind)
      left join counted c on c.kind = k.kind where exists (select from f) order by k.at
$$;

-- A member goes: its officers and what it brought at once. An officer goes: what was held is anybody's again.
create or replace function clew_leave_task_force() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    if tg_table_name = 'task_force_members' then
        if new.standing <> 'in' and old.standing = 'in' then
            update task_force_officers o set left_at = transaction_timestamp()
             where o.task_force_id = new.task_force_id and o.member = new.member and o.left_at is null;
            delete from task_force_series b where b.task_force_id = new.task_force_id and b.member = new.member;
        end if;
    elsif new.left_at is not null and old.left_at is null then
        update task_force_stacks k set held_by = null, held_member = null, held_until = null
         where k.task_force_id = new.task_force_id and k.held_by = new.officer;
    end if;
    return null;
end
$$;

-- A series comes under words that keep it back: it leaves every task force. A series under others shows them there.
create or replace function clew_keep_back_brought() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    if new.cover_id is distinct from old.cover_id then
        delete from task_force_series b using covers c
         where b.series_id = new.id and c.id = new.cover_id and c.conditions && array[{kept_back}];
        update task_force_series b set conditions = c.conditions from covers c
         where b.series_id = new.id and c.id = new.cover_id;
    end if;
    return null;
end
$$;

-- A member is invited, or an officer is named: the units of whoever has to say a word have a notice that one waits.
create or replace function clew_ask_for_task_force() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    insert into notices (id, member, unit, kind, subject_id, raised_at)
    select gen_random_uuid(), u.member, u.unit, 'task-force', new.task_force_id, transaction_timestamp()
      from (select distinct known.member, known.unit from officers o cross join lateral clew_standing(o.username) known
             where o.member = new.member and known.standing = 'admitted'
               and case tg_table_name when 'task_force_members' then known.role in ({speaks})
                       else o.username = (to_jsonb(new) ->> 'officer') end) u
     where tg_table_name <> 'task_force_members' or to_jsonb(new) ->> 'standing' = 'invited'
     order by u.member, u.unit
    on conflict (member, unit, kind, subject_id) where seen_at is null do nothing;
    return null;
end
$$;

-- What is under words that keep it back is not brought, whoever tries.
create or replace function clew_refuse_kept_back() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    if exists (select from series s join covers c on c.id = s.cover_id
                where s.id = new.series_id and c.conditions && array[{kept_back}]) then
        raise exception 'what is kept back is not brought' using errcode = 'insufficient_privilege';
    end if;
    return new;
end
$$;

-- What every worker does now and then: once a task force is over what was brought goes for good, and what is left of it a year on.
create or replace function clew_look_after_task_forces() returns void
language sql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
    delete from task_force_series b using task_forces t
     where t.id = b.task_force_id and (t.closed_at is not null or t.ends_at <= transaction_timestamp());
    delete from task_forces t where least(t.closed_at, t.ends_at) < transaction_timestamp() - {task_forces_kept};
$$;
