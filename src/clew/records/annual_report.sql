-- The annual report of a member, as numbers: what is counted over all of its units, whoever may see the records.
-- Only for who answers for the member's data; `first` and `last` bound the identifiers of the year's acts.

create or replace function clew_annual_figures(since timestamptz, until timestamptz, first uuid, last uuid)
returns table (section text, figure text, of text, number bigint)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
    with home as materialized (
        select clew_actor_home() as code
         where clew_actor_role() in ('data-protection-officer', 'national-administrator', 'auditor')
    ),
    done as materialized (
        select a.act, a.counts from acts a, home h
         where a.member = h.code and a.id >= $3 and a.id < $4 and a.at >= $1 and a.at < $2
           and (a.act like 'handling.%' or a.act in ('sign_in.refused', 'certification.found'))
    )
    select 'media', 'entered', m.kind, count(*) from media m, home h
     where m.owner_member = h.code and m.taken_in_at >= $1 and m.taken_in_at < $2 group by m.kind
    union all
    select 'media', 'held', m.kind, count(*) from media m, home h where m.owner_member = h.code group by m.kind
    union all
    select 'cases', 'opened', '', count(*) from cases c, home h
     where c.owner_member = h.code and c.opened_at >= $1 and c.opened_at < $2
    union all
    select 'cases', 'held', '', count(*) from cases c, home h where c.owner_member = h.code
    union all
    select 'cases', 'shredded', '', count(*) from shreddings s, home h
     where s.member = h.code and s.destroyed_at >= $1 and s.destroyed_at < $2
    union all
    select 'officers', 'certified', c.role, count(*) from certifications c, home h
     where c.member = h.code and c.given_at >= $1 and c.given_at < $2 group by c.role
    union all
    select 'officers', case c.state when 'withdrawn' then 'withdrawn' else 'refused' end, c.role, count(*)
      from certifications c, home h
     where c.member = h.code and c.state in ('withdrawn', 'refused') and c.closed_at >= $1 and c.closed_at < $2
     group by c.state, c.role
    union all
    -- One that was renewed before its end did not expire.
    select 'officers', 'expired', c.role, count(*) from certifications c, home h
     where c.member = h.code and c.state = 'given' and c.ends_at >= $1 and c.ends_at < least($2, now())
       and not exists (select from certifications n where n.officer = c.officer and n.member = c.member
                          and n.given_at > c.given_at and n.given_at <= c.ends_at)
     group by c.role
    union all
    select 'officers', 'in_force', known.role, count(*) from officers o cross join lateral clew_standing(o.username) known, home h
     where o.member = h.code and known.standing = 'admitted' group by known.role
    union all
    select 'suspensions', 'laid', s.level, count(*) from suspensions s, home h
     where s.member = h.code and s.laid_at >= $1 and s.laid_at < $2 group by s.level
    union all
    select 'suspensions', 'lifted', s.level, count(*) from suspensions s, home h
     where s.member = h.code and s.lifted_at >= $1 and s.lifted_at < $2 group by s.level
    union all
    select 'suspensions', 'in_force', s.level, count(*) from suspensions s, home h
     where s.member = h.code and s.lifted_at is null group by s.level
    union all
    select 'accesses', a.act, a.member, count(*) from accesses x join acts a on a.id = x.act_id, home h
     where x.owner = h.code and x.act_id >= $3 and x.act_id < $4 and a.at >= $1 and a.at < $2 group by a.act, a.member
    union all
    select 'handling', replace(d.act, 'handling.', ''), '', count(*) from done d
     where d.act in ('handling.change', 'handling.reword', 'handling.propose', 'handling.approve', 'handling.withdraw',
                     'handling.end')
     group by d.act
    union all
    -- Blocks have no end and are counted for themselves.
    select 'restrictions', 'laid', c.subject_kind, count(*) from handling_changes c, home h
     where c.owner_member = h.code and c.until < '9999-12-31' and c.proposed_at >= $1 and c.proposed_at < $2
     group by c.subject_kind
    union all
    select 'restrictions', 'ended', c.subject_kind, count(*) from handling_changes c, home h
     where c.owner_member = h.code and c.until < '9999-12-31' and c.state = 'ended'
       and c.decided_at >= $1 and c.decided_at < $2 group by c.subject_kind
    union all
    select 'restrictions', 'in_force', c.subject_kind, count(*) from handling_changes c, home h
     where c.owner_member = h.code and c.until < '9999-12-31' and c.state = 'in-force' group by c.subject_kind
    union all
    select 'releases', 'given', r.recipient, count(*) from releases r, home h
     where r.member = h.code and r.state in ('in-force', 'ended') and r.released_at >= $1 and r.released_at < $2 group by r.recipient
    union all
    select 'releases', 'withdrawn', r.recipient, count(*) from releases r, home h
     where r.member = h.code and r.state = 'ended' and r.withdrawn_at >= $1 and r.withdrawn_at < $2 group by r.recipient
    union all
    select 'releases', 'open', r.recipient, count(*) from releases r, home h
     where r.member = h.code and r.state = 'in-force' group by r.recipient
    union all
    select 'releases', 'got', r.member, count(*) from releases r, home h
     where r.recipient = h.code and r.released_at >= $1 and r.released_at < $2 group by r.member
    union all
    select 'requests', 'received', r.kind, count(*) from requests r, home h
     where r.member = h.code and r.received_on >= ($1 at time zone 'UTC')::date and r.received_on < ($2 at time zone 'UTC')::date
     group by r.kind
    union all
    select 'requests', case when r.decided_at < r.ends_at then 'decided_in_time' else 'decided_late' end, r.kind, count(*)
      from requests r, home h
     where r.member = h.code and r.decided_at >= $1 and r.decided_at < $2 group by 2, r.kind
    union all
    select 'requests', 'decided', r.outcome, count(*) from requests r, home h
     where r.member = h.code and r.decided_at >= $1 and r.decided_at < $2 group by r.outcome
    union all
    select 'requests', 'told', r.kind, count(*) from requests r, home h
     where r.member = h.code and r.closed_at >= $1 and r.closed_at < $2 group by r.kind
    union all
    select 'requests', 'open', r.kind, count(*) from requests r, home h
     where r.member = h.code and r.decided_at is null group by r.kind
    union all
    select 'requests', 'overdue', r.kind, count(*) from requests r, home h
     where r.member = h.code and r.decided_at is null and r.ends_at <= now() group by r.kind
    union all
    select 'consultations', 'asked', c.owner, count(*) from consultations c, home h
     where c.member = h.code and c.asked_at >= $1 and c.asked_at < $2 group by c.owner
    union all
    select 'consultations', 'answered_to_us', c.owner, count(*) from consultations c, home h
     where c.member = h.code and c.answered_at >= $1 and c.answered_at < $2 group by c.owner
    union all
    select 'consultations', 'asked_of_us', c.member, count(*) from consultations c, home h
     where c.owner = h.code and c.asked_at >= $1 and c.asked_at < $2 group by c.member
    union all
    select 'consultations', 'answered_by_us', c.member, count(*) from consultations c, home h
     where c.owner = h.code and c.answered_at >= $1 and c.answered_at < $2 group by c.member
    union all
    select 'consultations', 'left_unanswered_by_us', c.member, count(*) from consultations c, home h
     where c.owner = h.code and c.answered_at is null and c.ended_at is null and c.ends_at >= $1
       and c.ends_at < least($2, now()) group by c.member
    union all
    select 'retention', case when d.until is null then 'let_end' else 'extended' end, d.subject_kind, count(*)
      from retention_decisions d, home h
     where d.member = h.code and d.state = 'in-force' and d.decided_at >= $1 and d.decided_at < $2
     group by 2, d.subject_kind
    union all
    select 'retention', 'ended', t.subject_kind, count(*) from tombstones t, home h
     where t.member = h.code and t.ended_at >= $1 and t.ended_at < $2 group by t.subject_kind
    union all
    select 'retention', 'being_ended', t.subject_kind, count(*) from tombstones t, home h
     where t.member = h.code and t.ended_at is null group by t.subject_kind
    union all
    select 'retention', 'blocked', b.subject_kind, count(*) from blocks b, home h
     where b.member = h.code and b.laid_at >= $1 and b.laid_at < $2 group by b.subject_kind
    union all
    select 'retention', 'unblocked', b.subject_kind, count(*) from blocks b, home h
     where b.member = h.code and b.lifted_at >= $1 and b.lifted_at < $2 group by b.subject_kind
    union all
    select 'retention', 'blocked_now', b.subject_kind, count(*) from blocks b, home h
     where b.member = h.code and b.lifted_at is null group by b.subject_kind
    union all
    select 'incidents', 'refused_sign_ins', '', count(*) from done d where d.act = 'sign_in.refused'
    union all
    select 'incidents', 'founding_certifications', '', count(*) from done d where d.act = 'certification.found'
    union all
    -- Of the node as a whole: its log is every member's.
    select 'incidents', 'failed_verifications', '', count(*) from acts a, home h
     where a.act = 'audit.verification_failed' and a.id >= $3 and a.id < $4 and a.at >= $1 and a.at < $2
$$;
