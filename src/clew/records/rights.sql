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

-- Requests of the actor's member that were closed {request_years} years ago or longer end, with what owners said to them: some
-- of them, the oldest first. Only the calendar does so, and the time is the database's.
create or replace function clew_end_requests(lim integer) returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    ended uuid[];
begin
    if clew_actor_role() is distinct from 'calendar' then
        return 0;
    end if;
    ended := array(
        select r.id from requests r
         where r.member = clew_actor_home() and r.state = 'closed'
           and r.closed_at <= now() - make_interval(years => {request_years})
         order by r.closed_at, r.id limit $1);
    delete from consultations c where c.request_id = any (ended);
    delete from requests r where r.id = any (ended);
    return cardinality(ended);
end
$$;
