//! Words over frames against brute force: every way to place words and silence, written down by hand.
#![cfg(feature = "signal")]

use std::collections::BTreeMap;

use energraph::graph::Label;
use energraph::learn::Outcome;
use energraph::paths::Beta;
use energraph::speech::words::{
    Decoder, EdgeConfig, Placed, Vocabulary, WordLoss, WordModels, WordObjective, word_grammar,
};
use energraph::trellis::{Emissions, free_energy};
use energraph::{Graph, oracle};
use ndarray::Array2;

/// Two words, of two states and of one, each at least two frames; silence of at least two.
fn vocabulary() -> Vocabulary {
    let states_of = BTreeMap::from([("b".to_owned(), 1)]);
    let models = WordModels { words: vec!["a".into(), "b".into()], states: 2, states_of, least: 2, silence: 2 };
    Vocabulary::new(&models).unwrap()
}

/// Numbers without a pattern.
fn energies(frames: usize, classes: usize, seed: u64) -> Array2<f32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) + 1;
    Array2::from_shape_fn((frames, classes), |_| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((state >> 40) as f32 / (1 << 24) as f32) * 4.0 - 1.0
    })
}

/// Words, their places as (word, first frame, first frame behind), and the energy.
type Way = (Vec<Label>, Vec<(Label, usize, usize)>, f64);

/// Every alignment: its words, its frames' classes, its energy. Silence may stand before each word and at the end, once.
fn alignments(v: &Vocabulary, e: &Array2<f32>, most: usize) -> Vec<Way> {
    fn runs(classes: &[usize], least: usize, from: usize, e: &Array2<f32>) -> Vec<(usize, f64)> {
        let mut ends = vec![(from, 0.0)];
        for &class in classes {
            let mut next = Vec::new();
            for (at, sum) in ends {
                let mut sum = sum;
                for t in at..e.nrows() {
                    sum += f64::from(e[[t, class]]);
                    if t + 1 - at >= least {
                        next.push((t + 1, sum));
                    }
                }
            }
            ends = next;
        }
        ends
    }
    fn go(v: &Vocabulary, e: &Array2<f32>, most: usize, at: usize, done: Way, into: &mut Vec<Way>) {
        let mut quiet = vec![(at, 0.0)];
        quiet.extend(runs(&[Vocabulary::SILENCE], 2, at, e));
        for (from, sum) in quiet {
            if from == e.nrows() {
                into.push((done.0.clone(), done.1.clone(), done.2 + sum));
            }
            for word in 1..=2 {
                if done.0.len() == most {
                    continue;
                }
                for (to, own) in runs(&v.states_of(word).collect::<Vec<_>>(), 2, from, e) {
                    let (mut words, mut places) = (done.0.clone(), done.1.clone());
                    words.push(word);
                    places.push((word, from, to));
                    go(v, e, most, to, (words, places, done.2 + sum + own), into);
                }
            }
        }
    }
    let mut all = Vec::new();
    go(v, e, most, 0, (Vec::new(), Vec::new(), 0.0), &mut all);
    all
}

fn of_words(all: &[Way], words: &[Label], beta: f64) -> f64 {
    oracle::free_energy(all.iter().filter(|a| a.0 == words).map(|a| a.2), beta)
}

const BETAS: [f64; 3] = [0.5, 1.0, 3.0];

fn close(a: f64, b: f64) -> bool {
    a == b || (a - b).abs() < 1e-5
}

#[test]
fn free_energies_are_those_of_every_way_to_place_words_and_silence() {
    let v = vocabulary();
    let any = word_grammar("words", &v).unwrap();
    let decoder = Decoder::new(v.clone(), &any).unwrap();
    for frames in 0..9 {
        let e = energies(frames, v.classes(), frames as u64);
        let all = alignments(&v, &e, 9);
        let view = Emissions::new(e.view()).unwrap();
        for beta in BETAS {
            let b = Beta::finite(beta).unwrap();
            let f = free_energy(&view, decoder.all(), b).unwrap();
            assert!(close(f, oracle::free_energy(all.iter().map(|a| a.2), beta)), "{frames} frames, {f}");
            for words in [&[][..], &[1], &[2], &[2, 2], &[2, 1], &[1, 2, 2]] {
                let f = free_energy(&view, &v.topology_of(words).unwrap(), b).unwrap();
                assert!(close(f, of_words(&all, words, beta)), "{frames} frames, {words:?}");
            }
        }
        let f = free_energy(&view, decoder.all(), Beta::Infinite).unwrap();
        assert!(close(f, oracle::free_energy(all.iter().map(|a| a.2), f64::INFINITY)));
    }
}

#[test]
fn answers_confidences_and_edges_are_those_of_the_enumeration() {
    let v = vocabulary();
    let decoder = Decoder::new(v.clone(), &word_grammar("words", &v).unwrap()).unwrap();
    for seed in 0..20 {
        let e = energies(8, v.classes(), 100 + seed);
        let all = alignments(&v, &e, 4);
        let mut least: BTreeMap<Vec<Label>, f64> = BTreeMap::new();
        for (words, _, energy) in &all {
            let best = least.entry(words.clone()).or_insert(f64::INFINITY);
            *best = best.min(*energy);
        }
        let mut sorted: Vec<_> = least.iter().collect();
        sorted.sort_by(|a, b| a.1.total_cmp(b.1));
        let heard = decoder.read(e.view(), Beta::finite(0.7).unwrap()).unwrap();
        assert_eq!(heard.answers.len(), 3);
        let total = oracle::free_energy(all.iter().map(|a| a.2), 0.7);
        for answer in &heard.answers {
            let place = sorted.iter().position(|(words, _)| **words == answer.output).unwrap();
            assert!(place < 3 && close(answer.energy, *sorted[place].1), "seed {seed}");
            let own = of_words(&all, &answer.output, 0.7);
            assert!(close(answer.free_energy, own) && close(answer.confidence, (-0.7 * (own - total)).exp()));
        }
        assert!(heard.answers.is_sorted_by(|a, b| a.energy <= b.energy));
        let words = &heard.answers[0].output;
        assert_eq!(&heard.words.iter().map(|w| w.word).collect::<Vec<_>>(), words);
        for (k, word) in heard.words.iter().enumerate() {
            let among: Vec<_> = all.iter().filter(|a| a.0 == *words).collect();
            let weight = |a: &Way| (-0.7 * a.2).exp();
            let sum: f64 = among.iter().map(|a| weight(a)).sum();
            let below = |t: usize| among.iter().filter(|a| a.1[k].1 < t).map(|a| weight(a)).sum::<f64>() / sum;
            let median = (0..9).rfind(|&t| below(t) <= 0.5 + 1e-9).unwrap();
            assert_eq!(word.frames.start, median, "seed {seed}, word {k}");
            assert!((word.start.median - median as f64).abs() <= 0.5);
            assert!(word.start.low <= word.start.median && word.start.median <= word.start.high);
        }
    }
}

#[test]
fn gradients_of_every_loss_are_those_of_finite_differences() {
    let v = vocabulary();
    let decoder = Decoder::new(v.clone(), &word_grammar("words", &v).unwrap()).unwrap();
    let losses = [
        WordLoss::Nll { beta: 1.0 },
        WordLoss::Nll { beta: 0.3 },
        WordLoss::Perceptron,
        WordLoss::Hinge { margin: 2.0 },
    ];
    for (k, loss) in losses.iter().enumerate() {
        let objective = WordObjective::new(loss).unwrap();
        for words in [&[1][..], &[2, 1], &[]] {
            let e = energies(7, v.classes(), 500 + k as u64);
            let value = |e: &Array2<f32>| {
                let mut g = Array2::zeros(e.dim());
                match objective.evaluate(&decoder, words, e.view(), g.view_mut()).unwrap() {
                    Outcome::Loss(value) => (value, g),
                    Outcome::AnswerAbsent => panic!("absent"),
                }
            };
            let (at, gradient) = value(&e);
            assert!(at >= 0.0);
            for ((t, c), &g) in gradient.indexed_iter() {
                let step = 1.0 / 256.0;
                let (mut up, mut down) = (e.clone(), e.clone());
                up[[t, c]] += step;
                down[[t, c]] -= step;
                let slope = (value(&up).0 - value(&down).0) / (2.0 * f64::from(step));
                assert!((slope - f64::from(g)).abs() < 2e-3, "{loss:?} {words:?} [{t}, {c}]: {slope} {g}");
            }
        }
    }
}

/// Costs of the right answer alone: the word a at frames 2 to 6 of a string, noise on both sides.
fn costs(v: &Vocabulary, frames: usize) -> Array2<f32> {
    EdgeConfig { slack: 0.7 }.costs(&[Placed { frames: (2.2, 6.4), words: vec![1] }], v, frames)
}

#[test]
fn gradients_near_known_edges_are_those_of_finite_differences() {
    let v = vocabulary();
    let decoder = Decoder::new(v.clone(), &word_grammar("words", &v).unwrap()).unwrap();
    for loss in [WordLoss::Nll { beta: 1.0 }, WordLoss::Perceptron, WordLoss::Hinge { margin: 2.0 }] {
        let objective = WordObjective::new(&loss).unwrap();
        let (e, costs) = (energies(9, v.classes(), 40), costs(&v, 9));
        let value = |e: &Array2<f32>| {
            let mut g = Array2::zeros(e.dim());
            match objective.evaluate_near(&decoder, &[1], Some(costs.view()), e.view(), g.view_mut()).unwrap() {
                Outcome::Loss(value) => (value, g),
                Outcome::AnswerAbsent => panic!("absent"),
            }
        };
        let (_, gradient) = value(&e);
        for ((t, c), &g) in gradient.indexed_iter() {
            let step = 1.0 / 256.0;
            let (mut up, mut down) = (e.clone(), e.clone());
            up[[t, c]] += step;
            down[[t, c]] -= step;
            let slope = (value(&up).0 - value(&down).0) / (2.0 * f64::from(step));
            assert!((slope - f64::from(g)).abs() < 2e-3, "{loss:?} [{t}, {c}]: {slope} {g}");
        }
    }
}

#[test]
fn known_edges_cost_the_right_answer_alone_and_infinite_slack_changes_nothing() {
    let v = vocabulary();
    let decoder = Decoder::new(v.clone(), &word_grammar("words", &v).unwrap()).unwrap();
    let objective = WordObjective::new(&WordLoss::default()).unwrap();
    let e = energies(9, v.classes(), 41);
    let value = |costs: Option<&Array2<f32>>| {
        let mut g = Array2::zeros(e.dim());
        let costs = costs.map(|c| c.view());
        match objective.evaluate_near(&decoder, &[1], costs, e.view(), g.view_mut()).unwrap() {
            Outcome::Loss(value) => (value, g),
            Outcome::AnswerAbsent => panic!("absent"),
        }
    };
    let costs = costs(&v, 9);
    let near = of_words(&alignments(&v, &(&e + &costs), 4), &[1], 1.0);
    let all = oracle::free_energy(alignments(&v, &e, 4).iter().map(|a| a.2), 1.0);
    assert!(close(value(Some(&costs)).0, near - all), "{} {}", value(Some(&costs)).0, near - all);
    let plain = value(None);
    assert!(plain.0 < value(Some(&costs)).0);
    assert_eq!(value(Some(&(&costs / f32::INFINITY))), plain);
}

#[test]
fn losses_are_those_of_the_enumeration() {
    let v = vocabulary();
    let decoder = Decoder::new(v.clone(), &word_grammar("words", &v).unwrap()).unwrap();
    let e = energies(8, v.classes(), 7);
    let all = alignments(&v, &e, 4);
    let of = |loss: WordLoss, words: &[Label]| {
        let mut g = Array2::zeros(e.dim());
        match WordObjective::new(&loss).unwrap().evaluate(&decoder, words, e.view(), g.view_mut()).unwrap() {
            Outcome::Loss(value) => value,
            Outcome::AnswerAbsent => f64::NAN,
        }
    };
    for words in [&[2][..], &[1, 2], &[2, 2]] {
        let total = |beta: f64| oracle::free_energy(all.iter().map(|a| a.2), beta);
        assert!(close(of(WordLoss::Nll { beta: 1.0 }, words), of_words(&all, words, 1.0) - total(1.0)));
        let least = of_words(&all, words, f64::INFINITY);
        assert!(close(of(WordLoss::Perceptron, words), least - total(f64::INFINITY)));
        let wrong = oracle::free_energy(all.iter().filter(|a| a.0 != words).map(|a| a.2), f64::INFINITY);
        assert!(close(of(WordLoss::Hinge { margin: 3.0 }, words), (3.0 + least - wrong).max(0.0)));
    }
}

#[test]
fn words_that_do_not_fit_the_frames_are_absent_and_nothing_fits_none() {
    let v = vocabulary();
    let decoder = Decoder::new(v.clone(), &word_grammar("word", &v).unwrap()).unwrap();
    let e = energies(3, v.classes(), 3);
    let objective = WordObjective::new(&WordLoss::default()).unwrap();
    let mut g = Array2::zeros(e.dim());
    assert_eq!(objective.evaluate(&decoder, &[1], e.view(), g.view_mut()).unwrap(), Outcome::AnswerAbsent);
    assert!(g.iter().all(|&x| x == 0.0));
    let heard = decoder.read(e.view(), Beta::ONE).unwrap();
    assert_eq!((heard.answers.len(), heard.answers[0].output.as_slice()), (1, &[2][..]));
    assert_eq!(heard.answers[0].confidence, 1.0);
    let none = Array2::zeros((0, v.classes()));
    let said = decoder.read(none.view(), Beta::ONE).unwrap_err().to_string();
    assert_eq!(said, "no string of the grammar fits 0 frames");
    let any = Decoder::new(v.clone(), &word_grammar("words", &v).unwrap()).unwrap();
    assert!(any.read(none.view(), Beta::ONE).unwrap().words.is_empty());
}

#[test]
fn a_grammar_that_rewrites_gives_its_own_answers_and_places_the_words_that_were_said() {
    let v = vocabulary();
    let text = "0 1 a b 0.5\n1 2 <eps> a\n1 2 b <eps>\n2\n";
    let folder = std::env::temp_dir().join(format!("energraph-words-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("grammar.txt");
    std::fs::write(&file, text).unwrap();
    let grammar = word_grammar(&file.display().to_string(), &v).unwrap();
    let decoder = Decoder::new(v.clone(), &grammar).unwrap();
    for seed in 0..10 {
        let e = energies(8, v.classes(), 900 + seed);
        let all = alignments(&v, &e, 4);
        let heard = decoder.read(e.view(), Beta::ONE).unwrap();
        assert_eq!(heard.answers.len(), 2, "a alone is written b a, a b is written b");
        for answer in &heard.answers {
            let said: &[Label] = if answer.output == [2, 1] { &[1] } else { &[1, 2] };
            assert!(close(answer.free_energy, 0.5 + of_words(&all, said, 1.0)));
        }
        let said: &[Label] = if heard.answers[0].output == [2, 1] { &[1] } else { &[1, 2] };
        assert_eq!(heard.words.iter().map(|w| w.word).collect::<Vec<_>>(), said);
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn vocabularies_and_grammars_that_make_no_sense_are_refused() {
    let made = |words: &[&str], states: usize, least: usize, silence: usize| {
        let words = words.iter().map(|w| (*w).to_owned()).collect();
        Vocabulary::new(&WordModels { words, states, states_of: BTreeMap::new(), least, silence })
    };
    assert!(made(&["a"], 64, 64, 64).is_ok());
    for (words, states, least, silence) in [
        (&[][..], 1, 1, 1),
        (&["a", "a"], 1, 1, 1),
        (&["a b"], 1, 1, 1),
        (&[""], 1, 1, 1),
        (&["a"], 0, 1, 1),
        (&["a"], 65, 1, 1),
        (&["a"], 1, 0, 1),
        (&["a"], 1, 1, 0),
    ] {
        assert!(made(words, states, least, silence).is_err(), "{words:?}");
    }
    let v = vocabulary();
    assert!(word_grammar("wrods", &v).unwrap_err().to_string().contains("shipped words, word, digit"));
    assert!(word_grammar("digit", &v).unwrap_err().to_string().contains("line 1"));
    let cycle: Graph<energraph::Energy> = {
        let mut b = energraph::GraphBuilder::new();
        b.add_states(1);
        b.start(0);
        b.arc(0, 0, 1, energraph::Energy::FREE, 0);
        b.final_weight(0, energraph::Energy::FREE);
        b.build().unwrap()
    };
    assert!(Decoder::new(v.clone(), &cycle).is_err());
    assert!(v.topology_of(&[3]).is_err());
    assert_eq!(v.labels("a c b").unwrap_err().to_string(), "\"a c b\" has the word \"c\", which the vocabulary lacks");
}

/// Two words of two states each, so that no two answers tie.
fn two_states() -> Vocabulary {
    let states_of = BTreeMap::new();
    let models = WordModels { words: vec!["a".into(), "b".into()], states: 2, states_of, least: 2, silence: 2 };
    Vocabulary::new(&models).unwrap()
}

/// Energies of a clear string of words of some length, with noise in them.
fn clear(frames: usize, v: &Vocabulary, noise: f32) -> Array2<f32> {
    let mut e = energies(frames, v.classes(), frames as u64).mapv(|x| noise * x);
    for t in 0..frames {
        // Silence, a, b, b, a.
        let class = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 3, 3, 4, 4, 4, 1, 1, 1, 2, 2, 2][t % 26];
        e.row_mut(t).iter_mut().enumerate().for_each(|(c, x)| *x += if c == class { 0.0 } else { 2.0 });
    }
    e
}

#[test]
fn alignments_near_the_best_ones_say_what_all_of_them_say() {
    let v = two_states();
    let file = std::env::temp_dir().join(format!("energraph-near-{}.txt", std::process::id()));
    // Weighs words, and writes every second one alone.
    std::fs::write(&file, "0 1 a a 0.5\n0 1 b b\n1 0 a <eps>\n1 0 b <eps> 0.25\n0\n1\n").unwrap();
    let file_name = file.display().to_string();
    for name in ["words", &file_name] {
        let exact = Decoder::new(v.clone(), &word_grammar(name, &v).unwrap()).unwrap().exact_up_to(usize::MAX);
        let near = exact.clone().exact_up_to(0);
        for (frames, noise) in [(0, 1.0), (1, 1.0), (5, 1.0), (40, 1.0), (300, 0.3), (400, 1.0), (520, 0.8)] {
            let e = clear(frames, &v, noise);
            for beta in [Beta::finite(0.7).unwrap(), Beta::ONE, Beta::Infinite] {
                let (a, b) = match (exact.read(e.view(), beta), near.read(e.view(), beta)) {
                    (Ok(a), Ok(b)) => (a, b),
                    (a, b) => {
                        assert_eq!(a, b, "{frames} frames");
                        continue;
                    }
                };
                assert_eq!(a.free_energy, b.free_energy);
                assert_eq!(a.answers.len(), b.answers.len());
                for (x, y) in a.answers.iter().zip(&b.answers) {
                    assert_eq!(x.output, y.output, "{name}, {frames} frames, {beta:?}");
                    assert!((x.energy - y.energy).abs() < 1e-9 && (x.free_energy - y.free_energy).abs() < 1e-6);
                    assert!((x.confidence - y.confidence).abs() < 1e-6);
                }
                assert_eq!(a.words.len(), b.words.len());
                for (x, y) in a.words.iter().zip(&b.words) {
                    assert_eq!((x.word, &x.frames), (y.word, &y.frames));
                    let times = |t: &energraph::trellis::BoundaryTime| [t.low, t.median, t.high];
                    let (x, y) = ([times(&x.start), times(&x.end)].concat(), [times(&y.start), times(&y.end)].concat());
                    assert!(x.iter().zip(&y).all(|(x, y)| (x - y).abs() < 1e-5), "{x:?} {y:?}");
                }
            }
        }
    }
    std::fs::remove_file(&file).unwrap();
}

#[test]
fn reading_takes_time_linear_in_the_frames() {
    let v = two_states();
    let decoder = Decoder::new(v.clone(), &word_grammar("words", &v).unwrap()).unwrap();
    let time = |frames: usize| {
        let e = clear(frames, &v, 0.3);
        let once = |_| {
            let began = std::time::Instant::now();
            assert!(decoder.read(e.view(), Beta::ONE).unwrap().words.len() > frames / 8);
            began.elapsed().as_secs_f64()
        };
        (0..3).map(once).fold(f64::INFINITY, f64::min)
    };
    // Twice as slow as it should be is still far from 36 times.
    let (short, long) = (time(2_500), time(15_000));
    assert!(long < 15.0 * short, "{short} s, {long} s");
}
