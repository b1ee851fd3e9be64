-- The reference of a series: nine digits, drawn at random among those that no series on the node has, hidden
-- or not. Whoever writes the row cannot choose it, so nobody can try which are taken; and `random()` could be
-- seeded by whoever asks, so the digits are those of a random UUID. The last rule is domain/series.reference_in().
create or replace function clew_give_series_reference() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    -- 97 n + 1 has nine digits from here on, and for so many n.
    first constant bigint := 1030928;
    many constant bigint := 9278351;
begin
    for attempt in 1..1000 loop
        new.reference := 'S-' || 97 * (first
            + ('x' || left(replace(gen_random_uuid()::text, '-', ''), 12))::bit(48)::bigint % many) + 1;
        if not exists (select from series s where s.reference = new.reference) then
            return new;
        end if;
    end loop;
    raise exception 'no reference is left for another series';
end
$$;
