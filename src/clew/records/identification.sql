-- What comes of identifying: who is told, and how many children there are, each counted once.

-- Which units have a part in these series, or in one that they see as one with them: they own that other series, have put a
-- medium into one of them, or their triage named one by a medium that matches one in it, or is the same. A path of merges
-- counts for a unit where it may see each merge and each series on it, and a medium where it may see that too, or be told
-- that its own is near: what is hidden from a unit gives it no part. `beside` is a merge that counts although it is
-- withdrawn, or does not although it holds. `reached`: every series that the unit sees as one with this one.
create or replace function clew_parts(about uuid[], beside uuid, is_counted boolean) returns table (
    series_id uuid, member text, unit text, reached uuid[], is_direct boolean)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    with recursive merged as not materialized (
        select e.a_series, e.b_series, e.owner_member, e.owner_unit, e.audience, e.members, e.excluded from series_merges e
         where e.withdrawn_at is null and e.id is distinct from $2
        union all
        select e.a_series, e.b_series, e.owner_member, e.owner_unit, e.audience, e.members, e.excluded from series_merges e
         where e.id = $2 and $3
    ), whole (root, id) as (
        select given, given from unnest($1) given
        union
        select w.root, n.other from whole w cross join lateral (
            select e.b_series as other from merged e where e.a_series = w.id
            union all select e.a_series from merged e where e.b_series = w.id) n
    ), bounded as materialized (
        select root, id from whole limit {reached_max}
    ), it as materialized (
        select p.series_id, p.owner_member as put_by_member, p.owner_unit as put_by_unit,
               m.id, m.name, m.owner_member, m.owner_unit, m.audience, m.members, m.excluded
          from (select distinct id from bounded) b join series_media p on p.series_id = b.id join media m on m.id = p.medium_id
    ), asked as materialized (
        select it.series_id, it.id as medium_id, it.put_by_member as member, it.put_by_unit as unit, false as is_near from it
        union
        select it.series_id, it.id, m.b_owner_member, m.b_owner_unit, true from it join matches m on m.a_medium = it.id
        union
        select it.series_id, it.id, m.a_owner_member, m.a_owner_unit, true from it join matches m on m.b_medium = it.id
        union
        select it.series_id, it.id, other.owner_member, other.owner_unit, false from it join media other on other.name = it.name
        union
        select s.id, null, s.owner_member, s.owner_unit, false from series s where s.id in (select b.id from bounded b)
    ), asker as materialized (
        select distinct b.root, a.member, a.unit from bounded b join asked a on a.series_id = b.id join series own on own.id = b.root
         where (a.member, a.unit) <> (own.owner_member, own.owner_unit)
    ), reach (root, member, unit, id) as (
        select u.root, u.member, u.unit, s.id from asker u join series s on s.id = u.root where {s_is_seen_by_u}
        union
        select u.root, u.member, u.unit, s.id from reach u
          cross join lateral (
              select e.*, e.b_series as other from merged e where e.a_series = u.id
              union all select e.*, e.a_series from merged e where e.b_series = u.id) e
          join series s on s.id = e.other
         where {e_is_seen_by_u} and {s_is_seen_by_u}
    ), part as (
        select u.root, u.member, u.unit, bool_or(u.id = u.root) as is_direct
          from reach u join asked a on a.series_id = u.id and a.member = u.member and a.unit = u.unit
          left join it on it.id = a.medium_id and it.series_id = a.series_id
         where a.medium_id is null or {it_is_seen_by_u} and (not a.is_near or {u_is_told_of_it})
         group by u.root, u.member, u.unit
    )
    select p.root, p.member, p.unit, array(
               select r.id from reach r where r.root = p.root and r.member = p.member and r.unit = p.unit order by r.id), p.is_direct
      from part p
$$;

-- What a unit was told last of what came of a series; null where nothing.
create or replace function clew_last_told(member text, unit text, series uuid) returns text
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    select n.kind from notices n
     where n.member = $1 and n.unit = $2 and n.subject_id = $3 and n.kind in ('identified', 'safeguarded', 'outcome-taken-back')
     order by n.raised_at desc limit 1
$$;

-- Whoever has a part in these solved series is told once what they came to: not who was told as much of one that it sees
-- as one with them, and of several that are one it is told of one. With `joined` only those whose part comes by that merge.
create or replace function clew_tell_solved(about uuid[], joined uuid) returns void
language sql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
    with before as materialized (
        select p.series_id, p.member, p.unit from clew_parts($1, $2, false) p where $2 is not null
    ), fresh as (
        select p.series_id, p.member, p.unit, p.reached, p.is_direct, s.state
          from clew_parts($1, $2, true) p join series s on s.id = p.series_id and s.state in ('identified', 'safeguarded')
         where not exists (select from before b where (b.series_id, b.member, b.unit) = (p.series_id, p.member, p.unit))
           and not exists (select from unnest(p.reached) r (id)
                             join series own on own.id = r.id
                            cross join lateral (select clew_last_told(p.member, p.unit, r.id) as kind) t
                            -- That one is safe is told no more where it has gone back since.
                            where t.kind in (s.state, 'safeguarded') and (t.kind, own.state) <> ('safeguarded', 'identified'))
    ), one as (
        select distinct on (f.member, f.unit, f.reached) f.member, f.unit, f.state, f.series_id from fresh f
         order by f.member, f.unit, f.reached, f.state desc, f.is_direct desc, f.series_id
    )
    insert into notices (id, member, unit, kind, subject_id, raised_at)
    select gen_random_uuid(), o.member, o.unit, o.state, o.series_id, transaction_timestamp() from one o
     order by o.member, o.unit, o.series_id
    -- One that nobody has seen yet is told anew.
    on conflict (member, unit, kind, subject_id) where seen_at is null do update set raised_at = excluded.raised_at
$$;

-- What came of series of the actor's unit is told. Nobody learns how many were told: a unit may have a part by media that
-- are hidden from whoever tells. A mistake is told to everybody who was told and still sees the series.
create or replace function clew_tell_outcome(about uuid[], outcome text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    if outcome not in ('identified', 'safeguarded', 'outcome-taken-back') then
        raise exception 'no such outcome';
    end if;
    if outcome <> 'outcome-taken-back' then
        perform clew_tell_solved(array(
            select s.id from series s where s.id = any (about) and s.state = outcome
               and s.owner_member = clew_actor_member() and s.owner_unit = clew_actor_unit()), null);
        return;
    end if;
    insert into notices (id, member, unit, kind, subject_id, raised_at)
    select gen_random_uuid(), u.member, u.unit, outcome, s.id, transaction_timestamp()
      from series s join (select distinct n.member, n.unit, n.subject_id from notices n
                           where n.subject_id = any (about) and n.kind in ('identified', 'safeguarded')) u on u.subject_id = s.id
     where s.owner_member = clew_actor_member() and s.owner_unit = clew_actor_unit()
       and s.state not in ('identified', 'safeguarded')
       and (u.member, u.unit) <> (s.owner_member, s.owner_unit)
       and clew_last_told(u.member, u.unit, s.id) in ('identified', 'safeguarded') and {s_is_seen_by_u}
     order by u.member, u.unit, s.id
    on conflict (member, unit, kind, subject_id) where seen_at is null do update set raised_at = excluded.raised_at;
end
$$;

-- The actor's unit said that two series are one, or has taken it back: whoever comes to have a part in a solved one by
-- that is told, and whoever had its part by nothing else is told that it is taken back.
create or replace function clew_tell_of_merge(merge uuid) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    holds boolean;
    solved uuid[];
begin
    select e.withdrawn_at is null into holds from series_merges e
     where e.id = $1 and e.owner_member = clew_actor_member() and e.owner_unit = clew_actor_unit();
    if holds is null then
        return;
    end if;
    with recursive whole (id) as (
        select x.id from series_merges e cross join lateral (values (e.a_series), (e.b_series)) x (id) where e.id = $1
        union
        select n.other from whole w cross join lateral (
            select e.b_series as other from series_merges e where e.a_series = w.id and e.withdrawn_at is null
            union all
            select e.a_series from series_merges e where e.b_series = w.id and e.withdrawn_at is null) n
    )
    select array_agg(s.id) into solved from (select w.id from whole w limit {reached_max}) w
      join series s on s.id = w.id and s.state in ('identified', 'safeguarded');
    if solved is null then
        return;
    end if;
    if holds then
        perform clew_tell_solved(solved, $1);
        return;
    end if;
    insert into notices (id, member, unit, kind, subject_id, raised_at)
    select gen_random_uuid(), p.member, p.unit, 'outcome-taken-back', p.series_id, transaction_timestamp()
      from (select b.series_id, b.member, b.unit from clew_parts(solved, $1, true) b
            except select a.series_id, a.member, a.unit from clew_parts(solved, $1, false) a) p
     where clew_last_told(p.member, p.unit, p.series_id) in ('identified', 'safeguarded')
     order by p.member, p.unit, p.series_id
    on conflict (member, unit, kind, subject_id) where seen_at is null do update set raised_at = excluded.raised_at;
end
$$;

-- How far all children in these series have come, each as its own unit says and may see itself; null where not all are found.
-- A child has come as far as any victim that is one with it by the word of the owners of both (as in `clew_children`); a
-- victim or a merge that is hidden from the unit counts for nothing. The same as records/identifications.states_in gives the
-- unit itself. `beside` is a merge of victims that counts although it is withdrawn, or does not although it holds; `moved` is
-- a victim that is taken as it `was`.
create or replace function clew_come_to(about uuid[], beside uuid, is_counted boolean, moved uuid, was text) returns table (
    series_id uuid, come_to text)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    with recursive said as not materialized (
        select e.a_victim, e.b_victim, e.owner_member, e.owner_unit, e.audience, e.members, e.excluded from victim_merges e
         where e.withdrawn_at is null and e.id is distinct from $2
        union all
        select e.a_victim, e.b_victim, e.owner_member, e.owner_unit, e.audience, e.members, e.excluded from victim_merges e
         where e.id = $2 and $3
    ), one (root, member, unit, id) as (
        select s.id, s.owner_member, s.owner_unit, s.id from series s where s.id = any ($1)
        union
        select u.root, u.member, u.unit, s.id from one u
         cross join lateral (
            select e.b_series as other from series_merges e
             where e.a_series = u.id and e.withdrawn_at is null and (e.owner_member, e.owner_unit) = (u.member, u.unit)
            union all
            select e.a_series from series_merges e
             where e.b_series = u.id and e.withdrawn_at is null and (e.owner_member, e.owner_unit) = (u.member, u.unit)) n
          join series s on s.id = n.other
         where {s_is_seen_by_u}
    ), linked as (
        select u.root, u.member, u.unit, l.a_id as victim_id from one u join links l on l.b_id = u.id
         where l.type = 1 and l.state = 2 and l.a_kind = 3 and (l.owner_member, l.owner_unit) = (u.member, u.unit)
        union
        select u.root, u.member, u.unit, l.a_id
          from one u join series_media e on e.series_id = u.id join links l on l.b_id = e.medium_id join media it on it.id = l.b_id
         where l.type = 1 and l.state = 2 and l.a_kind = 3 and (l.owner_member, l.owner_unit) = (u.member, u.unit)
           and {e_is_seen_by_u} and {it_is_seen_by_u}
    ), appears as materialized (
        select u.root, u.member, u.unit, v.id from linked u join victims v on v.id = u.victim_id
         where {v_is_seen_by_u}
           and not exists (select from victim_words e where e.victim_id = v.id and e.said = 'no-real-child' and e.withdrawn_at is null
                              and (e.owner_member, e.owner_unit) = (v.owner_member, v.owner_unit) and {e_is_seen_by_u})
    ), child (member, unit, first, id) as (
        select distinct a.member, a.unit, a.id, a.id from appears a
        union
        select u.member, u.unit, u.first, v.id from child u join victims w on w.id = u.id
         cross join lateral (
            select e.b_victim as other from said e where e.a_victim = u.id
            union select e.a_victim from said e where e.b_victim = u.id) n
          join victims v on v.id = n.other
         where {v_is_seen_by_u}
           and exists (select from said e where e.a_victim = least(u.id, v.id) and e.b_victim = greatest(u.id, v.id)
                          and (e.owner_member, e.owner_unit) = (w.owner_member, w.owner_unit) and {e_is_seen_by_u})
           and exists (select from said e where e.a_victim = least(u.id, v.id) and e.b_victim = greatest(u.id, v.id)
                          and (e.owner_member, e.owner_unit) = (v.owner_member, v.owner_unit) and {e_is_seen_by_u})
    ), bounded as materialized (
        select member, unit, first, id from child limit {reached_max}
    ), come as (
        select u.member, u.unit, u.first,
               max(case case when v.id = $4 then $5 else v.state end when 'safeguarded' then 2 when 'identified' then 1 else 0 end) as far
          from bounded u join victims v on v.id = u.id
         where not exists (select from victim_words e where e.victim_id = v.id and e.said = 'no-real-child' and e.withdrawn_at is null
                              and (e.owner_member, e.owner_unit) = (v.owner_member, v.owner_unit) and {e_is_seen_by_u})
         group by u.member, u.unit, u.first
    )
    select a.root, case min(c.far) when 2 then 'safeguarded' when 1 then 'identified' end
      from appears a join come c on (c.member, c.unit, c.first) = (a.member, a.unit, a.id)
     group by a.root
$$;

-- What a step of `moved`, or the merge `beside`, has changed is told to units for their own series that have a child of these
-- in them: each by what it sees itself (`clew_come_to`), and nobody learns how many. Who acts has had its own series follow;
-- it is told only that what it had been told is not so any more.
create or replace function clew_tell_owners(
    children uuid[], beside uuid, was_counted boolean, is_counted boolean, moved uuid, was text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    theirs uuid[];
begin
    with recursive said as not materialized (
        select e.a_victim, e.b_victim, e.owner_member, e.owner_unit from victim_merges e
         where e.withdrawn_at is null or e.id = beside
    ), child (id) as (
        select c.id from unnest(children) c (id)
        union
        select v.id from child c join victims w on w.id = c.id
         cross join lateral (
            select e.b_victim as other from said e where e.a_victim = c.id
            union select e.a_victim from said e where e.b_victim = c.id) n
          join victims v on v.id = n.other
         where exists (select from said e where e.a_victim = least(c.id, v.id) and e.b_victim = greatest(c.id, v.id)
                          and (e.owner_member, e.owner_unit) = (w.owner_member, w.owner_unit))
           and exists (select from said e where e.a_victim = least(c.id, v.id) and e.b_victim = greatest(c.id, v.id)
                          and (e.owner_member, e.owner_unit) = (v.owner_member, v.owner_unit))
    ), bounded as materialized (
        select id from child limit {reached_max}
    ), linked (id, member, unit) as (
        select l.b_id, l.owner_member, l.owner_unit from bounded c join links l on l.a_id = c.id
         where l.type = 1 and l.state = 2 and l.b_kind = 1
        union
        select p.series_id, l.owner_member, l.owner_unit
          from bounded c join links l on l.a_id = c.id join series_media p on p.medium_id = l.b_id
         where l.type = 1 and l.state = 2 and l.b_kind = 2
    ), one as (
        select id, member, unit from linked
        union
        select n.other, o.member, o.unit from one o cross join lateral (
            select m.b_series as other from series_merges m
             where m.a_series = o.id and m.withdrawn_at is null and (m.owner_member, m.owner_unit) = (o.member, o.unit)
            union all
            select m.a_series from series_merges m
             where m.b_series = o.id and m.withdrawn_at is null and (m.owner_member, m.owner_unit) = (o.member, o.unit)) n
    )
    select array_agg(distinct s.id) into theirs
      from (select o.id, o.member, o.unit from one o limit {reached_max}) o
      join series s on s.id = o.id and (s.owner_member, s.owner_unit) = (o.member, o.unit) and s.state <> 'withdrawn';
    if theirs is null then
        return;
    end if;
    insert into notices (id, member, unit, kind, subject_id, raised_at)
    select gen_random_uuid(), s.owner_member, s.owner_unit, coalesce(a.come_to, 'outcome-taken-back'), s.id, transaction_timestamp()
      from series s
      left join clew_come_to(theirs, beside, was_counted, moved, was) b on b.series_id = s.id
      left join clew_come_to(theirs, beside, is_counted, null, null) a on a.series_id = s.id
     cross join lateral (select clew_last_told(s.owner_member, s.owner_unit, s.id) as kind,
                                (s.owner_member, s.owner_unit) = (clew_actor_member(), clew_actor_unit()) as is_own) t
     where s.id = any (theirs) and a.come_to is distinct from b.come_to
       and case when a.come_to is null
                then t.kind in ('identified', 'safeguarded') or s.state in ('identified', 'safeguarded') and not t.is_own
                when a.come_to = 'identified' and b.come_to = 'safeguarded'
                then t.kind = 'safeguarded' or s.state = 'safeguarded' and not t.is_own
                when t.is_own then false
                else s.state not in ('identified', 'safeguarded') or s.state < a.come_to or t.kind = 'outcome-taken-back' end
     order by s.owner_member, s.owner_unit, s.id
    on conflict (member, unit, kind, subject_id) where seen_at is null do update set raised_at = excluded.raised_at;
end
$$;

-- A step of a victim of the actor's unit was confirmed in this transaction.
create or replace function clew_tell_owners_of_step(victim uuid) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    if not exists (select from victims v join victim_steps s on s.victim_id = v.id
                    where v.id = $1 and v.owner_member = clew_actor_member() and v.owner_unit = clew_actor_unit()
                      and s.status = 'confirmed' and s.decided_at = transaction_timestamp()) then
        return;
    end if;
    perform clew_tell_owners(array[$1], null, false, false, $1, coalesce((
        select s.state from victim_steps s
         where s.victim_id = $1 and s.status = 'confirmed' and s.decided_at < transaction_timestamp()
         order by s.decided_at desc limit 1), 'unidentified'));
end
$$;

-- The actor's unit said in this transaction that two victims are one, or has taken it back.
create or replace function clew_tell_owners_of_same(merge uuid) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    it record;
begin
    select e.a_victim, e.b_victim, e.withdrawn_at is null as holds into it from victim_merges e
     where e.id = $1 and e.owner_member = clew_actor_member() and e.owner_unit = clew_actor_unit()
       and coalesce(e.withdrawn_at, e.asserted_at) >= transaction_timestamp();
    if found then
        perform clew_tell_owners(array[it.a_victim, it.b_victim], $1, not it.holds, it.holds, null, null);
    end if;
end
$$;

-- A victim's state is what the last confirmed step led to: nobody writes it without one.
create or replace function clew_keep_victim_state() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
begin
    if tg_op = 'INSERT' and new.state <> 'unidentified'
       or tg_op = 'UPDATE' and new.state <> old.state and not exists (
              select from victim_steps s where s.victim_id = new.id and s.status = 'confirmed' and s.state = new.state
                 and s.decided_at = transaction_timestamp()) then
        raise exception 'a victim comes into a state by a step that another officer confirmed'
            using errcode = 'insufficient_privilege';
    end if;
    return new;
end
$$;

-- Children whose identity is known, each once, however many members have a victim that is the same child.
-- The child is its first identification's: member, year, sex, age band and whether it is safe are of that. Two victims are
-- one child once the owners of both say so: what one of them says alone changes no number of the other's.
create or replace function clew_children() returns table (
    child uuid, member text, sex text, youngest smallint, identified_at timestamptz, is_safeguarded boolean, victims uuid[])
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    with recursive live as (
        select v.id, v.owner_member, v.state, v.sex, v.youngest,
               coalesce((select min(s.decided_at) from victim_steps s where s.victim_id = v.id and s.status = 'confirmed'
                            and s.state in ('identified', 'safeguarded')
                            and s.decided_at > coalesce((select max(r.decided_at) from victim_steps r
                                where r.victim_id = v.id and r.status = 'confirmed' and r.state = 'unidentified'), '-infinity')
                        ), v.entered_at) as identified_at
          from victims v
         where v.state in ('identified', 'safeguarded')
           and not exists (select from victim_words w where w.victim_id = v.id and w.said = 'no-real-child'
                              and w.withdrawn_at is null
                              and (w.owner_member, w.owner_unit) = (v.owner_member, v.owner_unit))
           -- Counted already, by a victim that was the same child and has ended.
           and not exists (select from children_counted k where k.victim_id = v.id)
    ), agreed as materialized (
        select m.a_victim, m.b_victim from victim_merges m join victims a on a.id = m.a_victim join victims b on b.id = m.b_victim
         where m.withdrawn_at is null group by m.a_victim, m.b_victim
        having bool_or((m.owner_member, m.owner_unit) = (a.owner_member, a.owner_unit))
           and bool_or((m.owner_member, m.owner_unit) = (b.owner_member, b.owner_unit))
    ), edges (a, b) as materialized (
        select a_victim, b_victim from agreed union select b_victim, a_victim from agreed
    ), reach (root, node) as (
        select l.id, l.id from live l where l.id in (select e.a from edges e)
        union
        select r.root, e.b from reach r join edges e on e.a = r.node
    ), one as (
        select l.*, coalesce((select min(r.node::text)::uuid from reach r where r.root = l.id), l.id) as child from live l
    )
    (select distinct on (o.child) o.child, o.owner_member, o.sex, o.youngest, o.identified_at,
            bool_or(o.state = 'safeguarded') over of_member, array_agg(o.id) over of_member
       from one o window of_member as (partition by o.child, o.owner_member)
      order by o.child, o.identified_at, o.id)
    union all
    select e.id, e.member, e.sex, e.youngest, make_timestamptz(e.year, 1, 1, 12, 0, 0, 'UTC'), e.is_safeguarded, '{}'
      from children_ended e
$$;

-- A victim of the actor's unit is going for good: the child stays counted, as a number by member, year, sex and age band that
-- names nobody. Not where another victim that is the same child is counted still; and any that is not is counted by this from now on.
-- The caller lets nobody else say anything of children meanwhile.
create or replace function clew_keep_child(victim uuid) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    same uuid[];
begin
    if not clew_is_going($1) then
        return;
    end if;
    with recursive agreed as materialized (
        select m.a_victim, m.b_victim from victim_merges m join victims a on a.id = m.a_victim join victims b on b.id = m.b_victim
         where m.withdrawn_at is null group by m.a_victim, m.b_victim
        having bool_or((m.owner_member, m.owner_unit) = (a.owner_member, a.owner_unit))
           and bool_or((m.owner_member, m.owner_unit) = (b.owner_member, b.owner_unit))
    ), reach (id) as (
        select $1
        union
        select n.other from reach r cross join lateral (
            select g.b_victim as other from agreed g where g.a_victim = r.id
            union all select g.a_victim from agreed g where g.b_victim = r.id) n
    )
    select array_agg(r.id) into same from reach r where r.id <> $1;
    if exists (select from victims v
                where v.id = any (same) and v.state in ('identified', 'safeguarded')
                  and not exists (select from children_counted k where k.victim_id = v.id)
                  and not exists (select from victim_words w where w.victim_id = v.id and w.said = 'no-real-child' and w.withdrawn_at is null
                                     and (w.owner_member, w.owner_unit) = (v.owner_member, v.owner_unit))) then
        return;
    end if;
    insert into children_ended (member, year, sex, youngest, is_safeguarded)
    select c.member, extract(year from c.identified_at at time zone 'UTC'), c.sex,
           case when c.youngest < 3 then 0 when c.youngest < 7 then 3 when c.youngest < 11 then 7 when c.youngest < 14 then 11
                when c.youngest < 16 then 14 when c.youngest < 18 then 16 when c.youngest is not null then 18 end, c.is_safeguarded
      from clew_children() c where $1 = any (c.victims);
    if found then
        insert into children_counted (victim_id) select unnest(same) on conflict do nothing;
    end if;
end
$$;

-- How many children there are by something, in a year or in all: those of the actor's member exactly, of others in fives
-- (domain/ledger.of_others). The line without a key is over all of them.
create or replace function clew_ledger(by_what text, in_year integer) returns table (
    key text, own integer, others integer, own_safeguarded integer, others_safeguarded integer)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    with child as (
        select c.member = clew_actor_home() as is_own, c.is_safeguarded,
               case by_what
                   when 'member' then c.member
                   when 'year' then extract(year from c.identified_at at time zone 'UTC')::text
                   when 'sex' then c.sex
                   when 'age' then case when c.youngest is null then 'unknown' when c.youngest < 3 then '0-2'
                       when c.youngest < 7 then '3-6' when c.youngest < 11 then '7-10' when c.youngest < 14 then '11-13'
                       when c.youngest < 16 then '14-15' when c.youngest < 18 then '16-17' else 'adult' end
               end as key
          from clew_children() c
         where clew_actor_home() is not null
           and (in_year is null or extract(year from c.identified_at at time zone 'UTC') = in_year)
    ), counted as (
        select coalesce(c.key, '') as key, count(*) filter (where is_own) as own, count(*) filter (where not is_own) as others,
               count(*) filter (where is_own and is_safeguarded) as own_safeguarded,
               count(*) filter (where not is_own and is_safeguarded) as others_safeguarded
          from child c group by grouping sets ((c.key), ())
    )
    select key, own::integer,
           case when others between 1 and {small} - 1 then null else (others - others % {small})::integer end,
           own_safeguarded::integer,
           case when others_safeguarded between 1 and {small} - 1 then null
                else (others_safeguarded - others_safeguarded % {small})::integer end
      from counted order by key
$$;

-- How long it took, in seconds, from the first upload of what a child is in to the first lead about it and to the
-- identification, by what its own member says and has: medians over the own member's children, and over those of others.
-- Of others each median is over whole fives of the children of whom it is known, those identified first, and in whole days,
-- rounded up: one child more moves it no more than it moves a count. What is own is in none of them: with children of one's
-- own one could try where those of others lie.
create or replace function clew_ledger_times(in_year integer) returns table (
    whose text, children integer, to_lead double precision, from_lead double precision, to_identified double precision)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    with child as materialized (
        select c.member = clew_actor_home() as is_own, c.child, c.identified_at, found.uploaded_at, found.raised_at
          from clew_children() c
          cross join lateral (
              select min(m.taken_in_at) as uploaded_at,
                     (select min(d.raised_at) from leads d where d.state <> 'watched' and d.member = c.member and d.series_id in (
                          select l.b_id from links l where l.a_id = any (c.victims) and l.type = 1 and l.state = 2
                             and l.b_kind = 1 and l.owner_member = c.member)) as raised_at
                from (select p.medium_id from links l join series_media p on p.series_id = l.b_id
                       where l.a_id = any (c.victims) and l.type = 1 and l.state = 2 and l.b_kind = 1
                         and l.owner_member = c.member
                      union all
                      select l.b_id from links l
                       where l.a_id = any (c.victims) and l.type = 1 and l.state = 2 and l.b_kind = 2
                         and l.owner_member = c.member) p
                join media m on m.id = p.medium_id and m.owner_member = c.member
          ) found
         where clew_actor_home() is not null
           and (in_year is null or extract(year from c.identified_at at time zone 'UTC') = in_year)
    ), waited as (
        select c.is_own, w.what, extract(epoch from w.span) as seconds,
               row_number() over (partition by c.is_own, w.what order by c.identified_at, c.child) as place,
               count(*) over (partition by c.is_own, w.what) as known
          from child c
          cross join lateral (values ('to_lead', c.raised_at - c.uploaded_at), ('from_lead', c.identified_at - c.raised_at),
                                     ('to_identified', c.identified_at - c.uploaded_at)) w (what, span)
         where w.span is not null
    ), median as (
        select w.is_own, w.what, percentile_cont(0.5) within group (order by w.seconds) as seconds
          from waited w where w.is_own or w.place <= w.known - w.known % {small} group by w.is_own, w.what
    ), told as (
        select m.is_own, m.what, case when m.is_own then m.seconds else ceil(m.seconds / 86400) * 86400 end as seconds from median m
    ), counted as (
        select c.is_own, count(*) - case when c.is_own then 0 else count(*) % {small} end as children from child c group by c.is_own
    )
    select case when c.is_own then 'own' else 'others' end, c.children::integer,
           (select t.seconds from told t where t.is_own = c.is_own and t.what = 'to_lead'),
           (select t.seconds from told t where t.is_own = c.is_own and t.what = 'from_lead'),
           (select t.seconds from told t where t.is_own = c.is_own and t.what = 'to_identified')
      from counted c where c.children > 0 order by c.is_own desc
$$;
