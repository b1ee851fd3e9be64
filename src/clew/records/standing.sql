-- Whether an officer may act now: certified, and stopped by no suspension. Read before anybody acts, so
-- these functions look past row security; they tell of the one officer who is asked for.

create or replace function clew_standing(who text)
returns table (officer text, member text, unit text, role text, standing text, ends_at timestamptz)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select o.username, o.member, o.unit, c.role,
           case when not o.is_active or exists (
                     select from suspensions s
                      where s.lifted_at is null and s.member = o.member
                        and (s.level = 'member' or s.level = 'unit' and s.unit = o.unit
                             or s.level = 'officer' and s.officer = o.username)) then 'suspended'
                when c.state = 'given' and c.ends_at > statement_timestamp() then 'admitted'
                else 'not certified' end,
           c.ends_at
      from officers o
      -- The latest counts, even where it was withdrawn or has ended: an older one never comes back to life.
      left join lateral (select k.role, k.state, k.ends_at from certifications k
                          where k.officer = o.username and k.given_at is not null
                          order by k.given_at desc, k.id limit 1) c on true
     where o.username = $1
$$;

-- The standing of whoever acts. Someone who is no officer of this node (its operator at the command line, a
-- peer) has no certification here; the member's suspension stops a peer all the same. It does not stop the
-- calendar: what a suspended member keeps ends on its day.
create or replace function clew_actor_standing() returns text
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select coalesce(
        (select case when known.member = actor ->> 'member' and known.unit = actor ->> 'unit'
                          and known.role = actor ->> 'role' or known.standing <> 'admitted'
                     then known.standing else 'not certified' end
           from clew_standing(actor ->> 'officer') known),
        (select 'suspended' from suspensions s
          where s.lifted_at is null and s.member = actor ->> 'member' and actor ->> 'role' not in ('operator', 'calendar')
            and (s.level = 'member' or s.level = 'unit' and s.unit = actor ->> 'unit') limit 1),
        'admitted')
      from clew_actor() actor
     where actor is not null
$$;

-- Whether the member has a certified administrator besides one, who may be suspended: stopping them makes nobody founder.
create or replace function clew_has_administrator(of_member text, besides text) returns boolean
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select exists (
        select from officers o cross join lateral (
               select k.role, k.state, k.ends_at from certifications k
                where k.officer = o.username and k.given_at is not null order by k.given_at desc, k.id limit 1) c
         where o.member = $1 and o.username is distinct from $2 and o.is_active
           and c.role = 'national-administrator' and c.state = 'given' and c.ends_at > statement_timestamp())
$$;

-- How many administrators the member has who could give a certification now.
create or replace function clew_administrators(of_member text) returns bigint
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select count(*) from officers o cross join lateral clew_standing(o.username) known
     where o.member = $1 and known.role = 'national-administrator' and known.standing = 'admitted'
$$;
