-- Whose sign-in this is, if it still holds; asked on every request, before anybody acts. `is_activity` moves
-- the idle end, at most twice a minute so that looking at pages does not write on each of them.
create or replace function clew_sign_in(sign_in uuid, is_activity boolean, idle interval, length interval)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    found record;
begin
    select s.officer, s.seen_at into found from sign_ins s
     where s.id = $1 and s.ended_at is null
       and s.seen_at > statement_timestamp() - $3 and s.began_at > statement_timestamp() - $4;
    if found.officer is null then
        return null;
    end if;
    if $2 and found.seen_at < statement_timestamp() - interval '30 seconds' then
        update sign_ins s set seen_at = statement_timestamp() where s.id = $1 and s.ended_at is null;
    end if;
    return found.officer;
end
$$;

-- Which program this is the token of, if it is good now; asked before any program acts.
create or replace function clew_token(its_digest bytea)
returns table (id uuid, member text, unit text, name text, scopes text[], ends_at timestamptz)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select t.id, t.member, t.unit, t.name, t.scopes, t.ends_at from tokens t
     where t.digest = $1 and t.ended_at is null and t.ends_at > statement_timestamp()
       and not exists (select from suspensions s
                        where s.lifted_at is null and s.member = t.member
                          and (s.level = 'member' or s.level = 'unit' and s.unit = t.unit))
$$;
