-- The settlement of fixtures/work-programme/contract.yaml in DuckDB SQL, for comparison with `outturn settle`: the same
-- evidence, the same unit lines, the same pennies. The runner sets the variables evidence (a native CSV file without
-- corrections or days learned, in the column order that `outturn generate` writes), as_at (the last day settled), and
-- lines and whole (the files written).

SET threads = 2;
SET preserve_insertion_order = false;

CREATE TYPE kind AS ENUM ('attachment', 'employment', 'benefit', 'job_claim', 'benefit_check', 'employer_answer');
CREATE TYPE payment_group AS ENUM ('jsa_18_24', 'jsa_25_over', 'jsa_early', 'jsa_ex_ib', 'esa_volunteer', 'esa_new', 'esa_ex_ib');
CREATE TYPE found AS ENUM ('passed', 'failed');
CREATE TYPE payment AS ENUM ('attachment_fee', 'job_outcome_fee', 'sustainment_fee', 'incentive', 'recovery');

CREATE TEMP TABLE rate_card (payment_group payment_group, job_price DECIMAL(18, 2), days_needed INTEGER, four_week_price DECIMAL(18, 2), most INTEGER);
INSERT INTO rate_card VALUES
    ('jsa_18_24', 1200.00, 182, 170.00, 13), ('jsa_25_over', 1200.00, 182, 215.00, 13), ('jsa_early', 1200.00, 91, 250.00, 20),
    ('jsa_ex_ib', 1200.00, 91, 250.00, 20), ('esa_volunteer', 1000.00, 91, 115.00, 20), ('esa_new', 1200.00, 91, 235.00, 20),
    ('esa_ex_ib', 3500.00, 91, 370.00, 26);

CREATE TEMP TABLE contract_year AS
SELECT year, first, coalesce(lead(first) OVER (ORDER BY year) - 1, DATE '2019-03-31') AS last
FROM (VALUES (1, DATE '2011-06-01'), (2, DATE '2012-04-01'), (3, DATE '2013-04-01'), (4, DATE '2014-04-01'),
             (5, DATE '2015-04-01'), (6, DATE '2016-04-01'), (7, DATE '2017-04-01'), (8, DATE '2018-04-01')) AS t (year, first);

CREATE TEMP TABLE attachment_price (year INTEGER, usual DECIMAL(18, 2), esa DECIMAL(18, 2));
INSERT INTO attachment_price VALUES (1, 400.00, 600.00), (2, 300.00, 450.00), (3, 200.00, 300.00);

CREATE TEMP TABLE non_intervention (payment_group payment_group, per_cent INTEGER);
INSERT INTO non_intervention VALUES ('jsa_18_24', 40), ('jsa_25_over', 30), ('esa_new', 15);

CREATE TEMP TABLE holiday (day DATE);
INSERT INTO holiday VALUES
    ('2011-08-29'), ('2011-12-26'), ('2011-12-27'),
    ('2012-01-02'), ('2012-04-06'), ('2012-04-09'), ('2012-05-07'), ('2012-06-04'), ('2012-06-05'), ('2012-08-27'), ('2012-12-25'), ('2012-12-26'),
    ('2013-01-01'), ('2013-03-29'), ('2013-04-01'), ('2013-05-06'), ('2013-05-27'), ('2013-08-26'), ('2013-12-25'), ('2013-12-26'),
    ('2014-01-01'), ('2014-04-18'), ('2014-04-21'), ('2014-05-05'), ('2014-05-26'), ('2014-08-25'), ('2014-12-25'), ('2014-12-26'),
    ('2015-01-01'), ('2015-04-03'), ('2015-04-06'), ('2015-05-04'), ('2015-05-25'), ('2015-08-31'), ('2015-12-25'), ('2015-12-28'),
    ('2016-01-01'), ('2016-03-25'), ('2016-03-28'), ('2016-05-02'), ('2016-05-30'), ('2016-08-29'), ('2016-12-26'), ('2016-12-27'),
    ('2017-01-02'), ('2017-04-14'), ('2017-04-17'), ('2017-05-01'), ('2017-05-29'), ('2017-08-28'), ('2017-12-25'), ('2017-12-26'),
    ('2018-01-01'), ('2018-03-30'), ('2018-04-02'), ('2018-05-07'), ('2018-05-28'), ('2018-08-27'), ('2018-12-25'), ('2018-12-26'), ('2019-01-01');

-- Sustainment waits 15 working days, so what is due by as_at happened no later than the last day that 15 of them follow.
SET VARIABLE sustained_by = (
    SELECT day - 1
    FROM (SELECT day::DATE AS day, row_number() OVER (ORDER BY day DESC) AS following
          FROM generate_series(getvariable('as_at')::DATE - 60, getvariable('as_at')::DATE, INTERVAL 1 DAY) AS t (day)
          WHERE isodow(day) < 6 AND day::DATE NOT IN (SELECT day FROM holiday))
    WHERE following = 15);

-- The months in which statements are made, numbered from June 2011.
CREATE TEMP MACRO month_of(d) AS 12 * (year(d) - 2011) + month(d) - 5;

CREATE TEMP TABLE item AS
SELECT kind, participant, day, least(coalesce(until, day), getvariable('as_at')::DATE) AS until, payment_group, found, outcome
FROM read_csv(getvariable('evidence'), auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', nullstr = '', columns = {
    'kind': 'kind', 'participant': 'VARCHAR', 'day': 'DATE', 'until': 'DATE', 'payment_group': 'payment_group', 'found': 'found', 'outcome': 'DATE'})
WHERE day <= getvariable('as_at')::DATE;

-- Who counts: the first attachment falls between these days.
CREATE TEMP TABLE participant AS
SELECT participant, attached, payment_group, year AS attached_in, job_price, days_needed, four_week_price, most
FROM (SELECT participant, min(day) AS attached, any_value(payment_group) AS payment_group FROM item WHERE kind = 'attachment' GROUP BY participant)
JOIN rate_card USING (payment_group)
JOIN contract_year ON attached BETWEEN first AND last
WHERE attached BETWEEN DATE '2011-06-01' AND DATE '2017-03-31';

-- Days in work and off benefit, as stretches in order, none overlapping: each spell of work from where those before it
-- leave off, within each stretch off benefit. Neighbouring stretches may touch.
CREATE TEMP TABLE stretch AS
WITH work AS (
    SELECT participant, greatest(day, max(until) OVER before + 1) AS first, until AS last
    FROM item WHERE kind = 'employment'
    WINDOW before AS (PARTITION BY participant ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), paid AS (
    SELECT participant, day AS first, max(until) OVER so_far AS last, lead(day) OVER so_far AS next
    FROM item WHERE kind = 'benefit'
    WINDOW so_far AS (PARTITION BY participant ORDER BY day ROWS UNBOUNDED PRECEDING)
), off AS (
    SELECT participant, last + 1 AS first, coalesce(next - 1, DATE '9999-12-31') AS last FROM paid WHERE next IS NULL OR next > last + 1
    UNION ALL
    SELECT participant, DATE '0001-01-01', min(first) - 1 FROM paid GROUP BY participant
)
SELECT participant, greatest(work.first, off.first) AS first, least(work.last, off.last) AS last
FROM work LEFT JOIN off USING (participant)
WHERE work.first <= work.last AND (off.first IS NULL OR off.first <= work.last AND off.last >= work.first);

-- The job outcome: the day on which the days worked since attachment come to the days needed, within 104 weeks.
CREATE TEMP TABLE job_outcome AS
WITH worked AS (
    SELECT participant, payment_group, job_price, days_needed, four_week_price, most, attached,
           greatest(first, attached) AS first, least(last, attached + 727) AS last
    FROM stretch JOIN participant USING (participant)
    WHERE last >= attached AND first <= attached + 727
), added_up AS (
    SELECT *, sum(last - first + 1) OVER (PARTITION BY participant ORDER BY first ROWS UNBOUNDED PRECEDING) AS days
    FROM worked
)
SELECT participant, payment_group, job_price, four_week_price, most, attached,
       (last - (days - days_needed)::INTEGER) AS met
FROM added_up
WHERE days >= days_needed AND days - (last - first + 1) < days_needed;

-- What came of each outcome: the first claim in its 26 weeks, the check before payment, the answer of the employer.
CREATE TEMP TABLE claim AS
WITH claimed AS (
    SELECT participant, bool_or(day > met) AS ever, bool_or(day BETWEEN met + 1 AND met + 182) AS in_time
    FROM item JOIN job_outcome USING (participant)
    WHERE kind = 'job_claim'
    GROUP BY participant
), checked AS (
    SELECT participant, arg_max(found = 'passed', (day, found = 'failed')) FILTER (kind = 'benefit_check') AS passed,
           arg_max(found = 'failed', (day, found = 'failed')) FILTER (kind = 'employer_answer') AS failed_after
    FROM item JOIN job_outcome USING (participant)
    WHERE kind IN ('benefit_check', 'employer_answer') AND (outcome IS NULL OR outcome = met)
    GROUP BY participant
)
SELECT participant, payment_group, job_price, four_week_price, most, attached, met, ever,
       in_time AND coalesce(passed, false) AS claimed, -- what failed before payment never reaches the sample
       failed_after IS NOT NULL AS examined,
       coalesce(failed_after, false) AS failed
FROM job_outcome JOIN claimed USING (participant) LEFT JOIN checked USING (participant);

-- Sustainment: each four weeks of one run after the outcome, up to the first day out of work after the 104 weeks.
CREATE TEMP TABLE sustained AS
WITH possible AS (
    SELECT participant, four_week_price, most, met, attached + 728 AS support_ends, first, last
    FROM stretch JOIN claim USING (participant)
    WHERE ever AND last > met
), marked AS (
    SELECT *, coalesce(first > lag(last) OVER (PARTITION BY participant ORDER BY first) + 1, true) AS begins
    FROM possible
), numbered AS (
    SELECT *, sum(begins::INTEGER) OVER (PARTITION BY participant ORDER BY first ROWS UNBOUNDED PRECEDING) AS run
    FROM marked
), run AS (
    SELECT participant, run, any_value(four_week_price) AS four_week_price, any_value(most) AS most,
           greatest(min(first), any_value(met) + 1) AS first, max(last) AS last, any_value(support_ends) AS support_ends
    FROM numbered GROUP BY participant, run
), counted AS (
    SELECT *, (last - first + 1) // 28 AS blocks,
           sum((last - first + 1) // 28) OVER (PARTITION BY participant ORDER BY first ROWS UNBOUNDED PRECEDING) AS so_far
    FROM run
    WHERE first <= support_ends
)
SELECT participant, month_of(met) AS period, count(*) AS count, (count(*) * any_value(four_week_price))::DECIMAL(18, 2) AS amount
FROM (SELECT participant, four_week_price, first + 28 * unnest(range(1, 1 + least(blocks, most - (so_far - blocks))::INTEGER))::INTEGER - 1 AS met
      FROM counted)
WHERE met <= getvariable('sustained_by')
GROUP BY participant, period;

CREATE TEMP TABLE line AS
SELECT participant, 'attachment_fee'::payment AS payment, month_of(attached) AS period, 1 AS count,
       CASE WHEN payment_group IN ('esa_new', 'esa_ex_ib') THEN esa ELSE usual END AS amount
FROM participant JOIN attachment_price ON attached_in = year
UNION ALL
SELECT participant, 'job_outcome_fee', month_of(met), 1, job_price FROM claim WHERE claimed AND NOT failed
UNION ALL
SELECT participant, 'sustainment_fee', period, count, amount FROM sustained;

CREATE TEMP TABLE whole AS
WITH reached AS (
    SELECT payment_group, year, count(*) AS outcomes FROM job_outcome JOIN contract_year ON met BETWEEN first AND last GROUP BY ALL
), referred AS (
    SELECT payment_group, attached_in AS year, count(*) AS referrals FROM participant GROUP BY ALL
), above AS ( -- the threshold, 1.3 times the rate of the referrals, is rounded up to a whole outcome
    SELECT payment_group, year, outcomes - (13 * per_cent * coalesce(referrals, 0) + 999) // 1000 AS above
    FROM reached JOIN non_intervention USING (payment_group) LEFT JOIN referred USING (payment_group, year)
    WHERE year >= 4
), examined AS (
    SELECT year, count(*) AS claims, count(*) FILTER (examined) AS examined, count(*) FILTER (failed) AS failed,
           coalesce(sum(100 * job_price) FILTER (NOT examined), 0)::HUGEINT AS pence
    FROM claim JOIN contract_year ON met BETWEEN first AND last
    WHERE claimed
    GROUP BY year
), due AS (
    SELECT 'incentive'::payment AS payment, year, payment_group::VARCHAR || ' / ' || year AS of, above AS count, (1000 * above)::DECIMAL(18, 2) AS amount
    FROM above WHERE above > 0
    UNION ALL -- the error rate of what is not examined, to the nearest penny, ties up; a sample is 5% and at least 3
    SELECT 'recovery', year, year::VARCHAR, 0, ((2 * failed * pence + examined) // (2 * examined))::DECIMAL(18, 2) / 100
    FROM examined
    WHERE examined >= greatest((claims + 19) // 20, least(3, claims)) AND examined > 0
)
SELECT payment, of, month_of(last) AS period, count, amount::DECIMAL(18, 2) AS amount
FROM due JOIN contract_year USING (year)
WHERE last <= getvariable('as_at')::DATE AND amount <> 0;

COPY (SELECT participant, payment, period, count, amount FROM line ORDER BY participant, payment, period) TO (getvariable('lines')) (HEADER);
COPY (SELECT payment, of, period, count, amount FROM whole ORDER BY payment, of) TO (getvariable('whole')) (HEADER);

SELECT payment, count(*) AS lines, sum(count)::BIGINT AS count, sum(amount) AS to_date
FROM (SELECT payment, count, amount FROM line UNION ALL SELECT payment, count, amount FROM whole)
GROUP BY payment ORDER BY payment;
