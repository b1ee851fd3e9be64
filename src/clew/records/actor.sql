-- Who acts, as the database believes it: only what was signed with the node's key, for this
-- connection, a short time ago. The signature is HMAC-SHA256 (RFC 2104) over the words after it.

create or replace function clew_actor() returns json
language plpgsql stable security definer parallel restricted
set search_path = pg_catalog, public, pg_temp
as $$
declare
    said text := current_setting('clew.actor', true);
    words text := substr(said, 66);
    signature bytea;
    actor jsonb;
begin
    if said is null or said !~ '^[0-9a-f]{64}:' then
        return null;
    end if;
    select sha256(k.outer_half || sha256(k.inner_half || convert_to(words, 'UTF8'))) into signature from context_keys k;
    if signature is null or signature <> decode(left(said, 64), 'hex') then
        return null;
    end if;
    actor := words;
    -- Compared with the beginning of the transaction: a long one stays whole, a later one must be signed anew.
    if (actor ->> 'pid')::bigint <> pg_backend_pid()
        or (actor ->> 'until')::bigint < extract(epoch from transaction_timestamp()) then
        return null;
    end if;
    -- Whoever does not say what for is nobody: a missing use must not be unknown to the rule.
    if actor ->> 'use' is null then
        return null;
    end if;
    return words::json;
end
$$;

-- Where the actor belongs, whatever the role: for tables of administration, which hold no content.
create or replace function clew_actor_home() returns text
language sql stable security definer parallel restricted
set search_path = pg_catalog, public, pg_temp
as $$ select clew_actor() ->> 'member' $$;

create or replace function clew_actor_home_unit() returns text
language sql stable security definer parallel restricted
set search_path = pg_catalog, public, pg_temp
as $$ select clew_actor() ->> 'unit' $$;

create or replace function clew_actor_role() returns text
language sql stable security definer parallel restricted
set search_path = pg_catalog, public, pg_temp
as $$ select clew_actor() ->> 'role' $$;

create or replace function clew_actor_officer() returns text
language sql stable security definer parallel restricted
set search_path = pg_catalog, public, pg_temp
as $$ select clew_actor() ->> 'officer' $$;
