-- The viewer of records, one function for each thing that the rule of visibility asks: {name} gives {key}.
-- Roles without a right on content are nobody here, so every covered table is empty for them by
-- construction; a role that is missing or unknown is such a role. All of them are null together.
-- The check of clew_actor() stands here once more: these run several times for each table of each query, and one
-- function in another costs half as much again. `jsonb`: the words are parsed once, not for each thing that they say.
create or replace function {name}() returns {type}
language plpgsql stable security definer parallel restricted
set search_path = pg_catalog, public, pg_temp
as $$
declare
    said text := current_setting('clew.actor', true);
    words text := substr(said, 66);
    actor jsonb;
begin
    if left(said, 65) = (
        select encode(sha256(k.outer_half || sha256(k.inner_half || convert_to(words, 'UTF8'))), 'hex') || ':'
          from context_keys k
    ) then
        actor := words;
        if (actor ->> 'pid')::bigint = pg_backend_pid()
            and (actor ->> 'until')::bigint >= extract(epoch from transaction_timestamp())
            and actor ->> 'role' in ({roles_with_content})
            and actor ->> 'member' is not null and actor ->> 'unit' is not null and actor ->> 'use' is not null then
            return (actor ->> '{key}')::{type};
        end if;
    end if;
    return null;
end
$$;
