-- What follows when an act is written, and who may read of acts on whose records.

-- The member whose record an identifier names, as far as whoever acts may know of it for any use; null for what
-- is hidden and for what is absent: the actor reads the owner of its own acts, and so must not be told by it.
create or replace function clew_owner_of(subject text) returns text
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    with named as (
        select case when $1 ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then $1::uuid end as id
    )
    select owner_member from (
        select r.owner_member from cases r, named where r.id = named.id and {r_is_known}
        union all
        select r.owner_member from exhibits r, named where r.id = named.id and {r_is_known}
        union all
        select r.owner_member from media r, named where r.id = named.id and {r_is_known}
        union all
        select r.owner_member from intakes r, named where r.id = named.id and {r_is_known}
        union all
        select r.owner_member from series r, named where r.id = named.id and {r_is_known}
        union all
        select r.owner_member from hash_lists r, named where r.id = named.id and {r_is_known}
        union all
        select r.owner_member from victims r, named where r.id = named.id and {r_is_known}
        union all
        select r.owner_member from offenders r, named where r.id = named.id and {r_is_known}
        union all
        select r.owner_member from places r, named where r.id = named.id and {r_is_known}
    ) found limit 1
$$;

-- Before an act is written: its time is the database's, its owner is known, it waits for the
-- sequencer, and members whose records it touched can find it. An act cannot be without these.
create or replace function clew_follow_act() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    new.at := clock_timestamp();
    if new.owner = '' then
        new.owner := coalesce(clew_owner_of(new.subject), new.member);
    end if;
    insert into waiting_acts (act_id) values (new.id);
    if new.owner <> new.member or cardinality(new.shown) > 0 then
        insert into accesses (owner, act_id, act)
        select distinct touched, new.id, new.act from unnest(new.owner || new.shown) touched where touched <> new.member;
    end if;
    return new;
end
$$;

-- Whether the actor audits for a member that supervises all others.
create or replace function clew_supervises() returns boolean
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select clew_actor_role() = 'auditor'
       and exists (select from supervisors s where s.member = clew_actor_home())
$$;

-- Acts of other members on records of the actor's own, the newest first. Which of the other's
-- records the act was about stays with the other, and so does the name of its officer. Asked for by kinds of acts, each
-- is looked up by itself: a rare one is found by its index, however much others did.
create or replace function clew_accesses(
    before uuid, by_member text, by_acts text[], on_subject text, of_event uuid, lim integer)
returns table (act_id uuid, at timestamptz, member text, unit text, act text, subject text, purpose text,
               case_reference text)
language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
declare
    home text := clew_actor_home();
begin
    if home is null or clew_actor_role() is not distinct from 'operator' then
        return;
    end if;
    if by_acts is null then
        return query
            select a.id, a.at, a.member, a.unit, a.act, case when a.owner = x.owner then a.subject else '' end, a.purpose,
                   case when a.owner = x.owner then a.case_reference else '' end
              from accesses x join acts a on a.id = x.act_id
             where x.owner = home
               and (before is null or x.act_id < before) and (of_event is null or x.act_id = of_event)
               and (by_member is null or a.member = by_member)
               and (on_subject is null or (a.owner = x.owner and a.subject = on_subject))
             order by x.act_id desc limit lim;
    else
        return query
            select f.* from unnest(by_acts) k (name) cross join lateral (
                select a.id, a.at, a.member, a.unit, a.act, case when a.owner = x.owner then a.subject else '' end,
                       a.purpose, case when a.owner = x.owner then a.case_reference else '' end
                  from accesses x join acts a on a.id = x.act_id
                 where x.owner = home and x.act = k.name
                   and (before is null or x.act_id < before) and (of_event is null or x.act_id = of_event)
                   and (by_member is null or a.member = by_member)
                   and (on_subject is null or (a.owner = x.owner and a.subject = on_subject))
                 order by x.act_id desc limit lim) f
             order by f.id desc limit lim;
    end if;
end
$$;

-- Whom to ask about an event that the actor may read, by the audit or as an access: the member that did it, and the
-- unit in which its data-protection officer works, or else an auditor, or else an administrator, who may act now and did
-- not do it. No row where the actor may not read it; no unit where the member has nobody such. It tells nothing else.
create or replace function clew_supervisor_of(event uuid)
returns table (member text, unit text)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select a.member, (
        select o.unit from officers o cross join lateral clew_standing(o.username) known
         where o.member = a.member and o.username <> a.officer and known.standing = 'admitted'
           and known.role in ({supervising_roles})
         order by array_position(array[{supervising_roles}], known.role), o.username limit 1)
      from acts a
     where a.id = $1
       and (a.member = clew_actor_home() and (a.officer = clew_actor_officer() or clew_actor_role() in ({supervising_roles}))
            or clew_supervises()
            or clew_actor_role() <> 'operator'
               and exists (select from accesses x where x.owner = clew_actor_home() and x.act_id = a.id))
$$;
