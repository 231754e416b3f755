-- Makes up likely evidence for fixtures/work-programme/contract.yaml: about five items for each of as many participants as
-- the variable units says, in no order, written to the file that the variable evidence names. `outturn generate` draws
-- every item on its own, so its checks seldom meet their claims; here a claim follows the work it claims for, most are
-- checked before payment and some after, spells touch and overlap, and some spells and participants fall outside the term.
-- Draws are hashes of a participant's number, so the same units are the same bytes. It is nobody's.

SET preserve_insertion_order = false;
CREATE TEMP MACRO draw(i, salt, n) AS (hash(i, salt) % n)::INTEGER;

CREATE TEMP TABLE made AS
WITH person AS (
    SELECT i, 'P' || lpad(i::VARCHAR, 7, '0') AS participant, DATE '2011-06-01' + draw(i, 1, 2150) AS attached,
           ['jsa_18_24', 'jsa_25_over', 'jsa_early', 'jsa_ex_ib', 'esa_volunteer', 'esa_new', 'esa_ex_ib'][1 + draw(i, 2, 7)] AS payment_group,
           draw(i, 3, 100) AS fortune
    FROM range(1, getvariable('units')::BIGINT + 1) AS t (i)
), first_job AS (
    SELECT *, attached - 20 + draw(i, 4, 320) AS starts, CASE WHEN fortune < 30 THEN 60 + draw(i, 5, 300) ELSE draw(i, 5, 60) END AS lasts
    FROM person
), second_job AS (
    SELECT *, starts + lasts + 1 + CASE WHEN draw(i, 6, 4) = 0 THEN 0 ELSE draw(i, 7, 60) END AS again, draw(i, 8, 150) AS on_for
    FROM first_job
), claimed AS (
    SELECT *, CASE WHEN payment_group IN ('jsa_18_24', 'jsa_25_over') THEN 182 ELSE 91 END + starts + draw(i, 9, 230) AS claimed FROM second_job
)
SELECT 'attachment' AS kind, participant, attached AS day, NULL::DATE AS until, payment_group, NULL AS found, NULL::DATE AS outcome FROM claimed
UNION ALL SELECT 'employment', participant, starts, starts + lasts, NULL, NULL, NULL FROM claimed WHERE fortune < 90
UNION ALL SELECT 'employment', participant, again, again + on_for, NULL, NULL, NULL FROM claimed WHERE fortune < 70
UNION ALL SELECT 'employment', participant, starts + draw(i, 10, 200), starts + draw(i, 10, 200) + draw(i, 11, 200), NULL, NULL, NULL FROM claimed WHERE draw(i, 12, 3) = 0
UNION ALL SELECT 'benefit', participant, attached + draw(i, 13, 700), attached + draw(i, 13, 700) + draw(i, 14, 60), NULL, NULL, NULL FROM claimed WHERE draw(i, 15, 2) = 0
UNION ALL SELECT 'benefit', participant, attached + draw(i, 16, 700), attached + draw(i, 16, 700) + draw(i, 17, 30), NULL, NULL, NULL FROM claimed WHERE draw(i, 18, 5) = 0
UNION ALL SELECT 'job_claim', participant, claimed, NULL, NULL, NULL, NULL FROM claimed WHERE fortune < 75
UNION ALL SELECT 'job_claim', participant, claimed + 40, NULL, NULL, NULL, NULL FROM claimed WHERE fortune < 5
UNION ALL SELECT 'benefit_check', participant, claimed + draw(i, 19, 10), NULL, NULL, CASE WHEN draw(i, 20, 20) = 0 THEN 'failed' ELSE 'passed' END,
    CASE WHEN draw(i, 21, 100) = 0 THEN starts + 181 END FROM claimed WHERE fortune < 70
UNION ALL SELECT 'benefit_check', participant, claimed + draw(i, 22, 30), NULL, NULL, CASE WHEN draw(i, 23, 2) = 0 THEN 'failed' ELSE 'passed' END, NULL
    FROM claimed WHERE draw(i, 24, 25) = 0
UNION ALL SELECT 'employer_answer', participant, claimed + 60 + draw(i, 25, 60), NULL, NULL, CASE WHEN draw(i, 26, 9) = 0 THEN 'failed' ELSE 'passed' END, NULL
    FROM claimed WHERE draw(i, 27, 12) = 0;

COPY (SELECT * FROM made ORDER BY hash(kind, participant, day)) TO (getvariable('evidence')) (HEADER);
SELECT kind, count(*) FROM made GROUP BY kind ORDER BY kind;
