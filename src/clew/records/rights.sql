-- What is due of the requests of people, as numbers for whoever looks after the member: it tells nothing of anybody.

create or replace function clew_requests_due(warning interval)
returns table (open bigint, due_soon bigint, overdue bigint, unanswered bigint)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select count(*), count(*) filter (where r.ends_at > now() and r.ends_at <= now() + $1),
           count(*) filter (where r.ends_at <= now()),
           (select count(*) from consultations c
             where c.owner = (select clew_actor_home()) and c.answered_at is null and c.ended_at is null
               and c.ends_at > now())
      from requests r
     where r.member = (select clew_actor_home()) and r.decided_at is null
       and (select clew_actor_role()) in ('data-protection-officer', 'national-administrator', 'operator')
$$;
