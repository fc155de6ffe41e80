//! The enumeration.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use sys::{Counter, Env, Sys, WithoutSync};

use crate::limits::{GROWTH_MAX, MARGIN, RECOVERED_POINTS_MAX, RECOVERY_STOPS_MAX, THREADS};
use crate::model::{Counts, Model, PAST_THE_END, Stop};
use crate::world::World;

/// The run in a folder; returns whether it succeeded.
type Run<'a> = &'a (dyn Fn(&Path, Sys) -> bool + Sync);
/// The check of a folder after a stop; panics on a fault.
type Check<'a> = &'a (dyn Fn(&Path, &Stop) + Sync);

/// Stops `act` at every operation, in every model, and checks each time.
///
/// `prepare` fills a fresh folder with real files (once for each thread; the runs get copies, at
/// the same path). `act` runs in such a folder and returns whether it succeeded; it fails by
/// returning `false`, not by a panic. `check` gets the folder as the next process would find it.
///
/// `SIM_ONLY="name:model:n"` runs only that point.
///
/// # Panics
/// When the clean run fails, when a check or a run panics (with the point in the message), or when
/// the run has no end.
pub fn every_stop(name: &str, models: &[Model], prepare: &(dyn Fn(&Path) + Sync), act: Run, check: Check) -> Counts {
    let point = |world: &World, model: Model, nth: u64, _only: Option<(u64, u64)>| {
        let mut done = Done::default();
        world.reset();
        let act: Run = &|folder, sys| told(name, &under_way(model, nth), || act(folder, sys));
        world.stopped(model, nth, act, |refused, ok| {
            let stop = stop(model, nth, refused, ok);
            told(name, &stop, || check(&world.folder, &stop));
            done.points += 1;
            done.fired |= refused.is_some();
        });
        done
    };
    enumerate(name, models, prepare, act, &point, u64::MAX)
}

/// Stops `act`, then stops `recover` from that, and `recover` again, and checks.
///
/// The points are spread evenly: at most 40 of the run and, for each, 12 of the recovery. The second recovery is
/// stopped at another, random operation (the same in every run of the test).
///
/// `recover` is the first step of the next process. As in [`every_stop`], `check` recovers before it checks.
/// `SIM_ONLY="name:model:n+first+second"` runs one point alone.
///
/// # Panics
/// As [`every_stop`], and when an undisturbed recovery fails.
pub fn every_stop_in_recovery(
    name: &str,
    models: &[Model],
    prepare: &(dyn Fn(&Path) + Sync),
    act: Run,
    recover: Run,
    check: Check,
) -> Counts {
    let point = |world: &World, model: Model, nth: u64, only: Option<(u64, u64)>| {
        let mut done = Done::default();
        world.reset();
        let mut kept = Vec::new();
        let act: Run = &|folder, sys| told(name, &under_way(model, nth), || act(folder, sys));
        world.stopped(model, nth, act, |refused, ok| {
            kept.push((world.keep(&format!("kept-{}", kept.len())), stop(model, nth, refused, ok)));
            done.fired |= refused.is_some();
        });
        for (stopped, first) in kept {
            world.replace_by_copy_of(&stopped);
            let count = told(name, &first, || clean(world, recover, "a recovery"));
            for at in spread(count.max(1), RECOVERY_STOPS_MAX) {
                let mut chance = fastrand::Rng::with_seed(nth.rotate_left(32) ^ at);
                let (at, again) = only.unwrap_or((at, chance.u64(1..=count.max(1))));
                world.replace_by_copy_of(&stopped);
                let mut stop = Stop { in_recovery: vec![at, again], ..first.clone() };
                let place = stop.clone();
                let recover: Run = &|folder, sys| told(name, &place, || recover(folder, sys));
                // Of several images of the first recovery the last one is used.
                world.stopped(model, at, recover, |refused, _| stop.recovery_op = refused.map(str::to_owned));
                world.stopped(model, again, recover, |refused, _| {
                    if let Some(op) = refused {
                        stop.recovery_op = Some(op.to_owned());
                    }
                    told(name, &stop, || check(&world.folder, &stop));
                    done.points += 1;
                });
                if only.is_some() {
                    break;
                }
            }
        }
        done
    };
    enumerate(name, models, prepare, act, &point, RECOVERED_POINTS_MAX)
}

/// The result for one number.
#[derive(Default)]
struct Done {
    /// Checks that were made.
    points: u64,
    /// Whether the run was stopped, and did not end before.
    fired: bool,
}

type Point<'a> = &'a (dyn Fn(&World, Model, u64, Option<(u64, u64)>) -> Done + Sync);

fn enumerate(
    name: &str,
    models: &[Model],
    prepare: &(dyn Fn(&Path) + Sync),
    act: Run,
    point: Point,
    points_max: u64,
) -> Counts {
    let worlds: Vec<World> = (0..THREADS).map(|_| World::new(prepare)).collect();
    worlds[0].reset();
    let operations = clean(&worlds[0], act, name);
    let mut counts = Counts { name: name.to_owned(), operations, ..Counts::default() };
    let only = Env::of_this_process().var("SIM_ONLY").map(Only::parse);
    for model in models {
        let points = match &only {
            Some(only) if only.name == name && only.model == model.to_string() => {
                point(&worlds[0], *model, only.nth, only.in_recovery).points
            }
            Some(_) => 0,
            None if operations > points_max => sampled(&worlds, *model, point, operations, points_max),
            None => all(&worlds, *model, point, operations),
        };
        counts.points += points;
        counts.per_model.push((*model, points));
    }
    counts
}

/// Every number, until enough in a row are after the end.
fn all(worlds: &[World], model: Model, point: Point, operations: u64) -> u64 {
    let last_stopped = AtomicU64::new(operations);
    side_by_side(worlds, |world, nth| {
        if nth > last_stopped.load(Ordering::SeqCst) + MARGIN {
            return None;
        }
        assert!(nth <= (operations + MARGIN) * GROWTH_MAX, "a run of {operations} operations still stops at {nth}");
        let done = point(world, model, nth, None);
        if done.fired {
            last_stopped.fetch_max(nth, Ordering::SeqCst);
        }
        Some(done.points)
    })
}

/// Numbers spread evenly, and one after the end.
fn sampled(worlds: &[World], model: Model, point: Point, operations: u64, points_max: u64) -> u64 {
    let chosen = spread(operations + 1, points_max);
    side_by_side(worlds, |world, index| {
        let nth = usize::try_from(index - 1).ok().and_then(|index| chosen.get(index))?;
        Some(point(world, model, *nth, None).points)
    })
}

/// Distributes numbers from 1 on to the threads, until one reports the end; returns the sum of their results.
fn side_by_side(worlds: &[World], work: impl Fn(&World, u64) -> Option<u64> + Sync) -> u64 {
    let (next, sum, broken) = (AtomicU64::new(1), AtomicU64::new(0), AtomicBool::new(false));
    let panics: Mutex<Vec<Box<dyn Any + Send>>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for world in worlds {
            scope.spawn(|| {
                while !broken.load(Ordering::SeqCst) {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    match catch_unwind(AssertUnwindSafe(|| work(world, number))) {
                        Ok(Some(points)) => sum.fetch_add(points, Ordering::SeqCst),
                        Ok(None) => break,
                        Err(panic) => {
                            broken.store(true, Ordering::SeqCst);
                            panics.lock().unwrap_or_else(PoisonError::into_inner).push(panic);
                            break;
                        }
                    };
                }
            });
        }
    });
    // Reports the first failure, as a panic of this thread, which is the test's.
    let first = panics.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().next();
    if let Some(panic) = first {
        panic!("{}", words(panic.as_ref()));
    }
    sum.into_inner()
}

/// At most so many numbers from 1 to `last`, both included, spread evenly.
fn spread(last: u64, count_max: u64) -> Vec<u64> {
    if last <= count_max {
        return (1..=last).collect();
    }
    (0..count_max).map(|nth| 1 + nth * (last - 1) / (count_max - 1)).collect()
}

/// How many operations an undisturbed run makes.
fn clean(world: &World, run: Run, name: &str) -> u64 {
    let counter = Arc::new(Counter::new());
    let ok = run(&world.folder, world.sys(Arc::new(WithoutSync::new(counter.clone()))));
    assert!(ok, "{name} failed although nothing stopped it");
    counter.count()
}

fn stop(model: Model, nth: u64, refused: Option<&str>, outcome_ok: bool) -> Stop {
    let op = refused.unwrap_or(PAST_THE_END).to_owned();
    Stop { model, nth, in_recovery: Vec::new(), op, recovery_op: None, outcome_ok }
}

/// A point whose run has not returned yet.
fn under_way(model: Model, nth: u64) -> Stop {
    stop(model, nth, Some("in the run itself"), false)
}

/// Runs a function at a point; a panic message gets the point and the way to repeat it.
fn told<T>(name: &str, stop: &Stop, work: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let in_recovery: String = stop.in_recovery.iter().map(|nth| format!("+{nth}")).collect();
        panic!(
            "{name} is broken after {stop}: {}\nonly this point: SIM_ONLY=\"{name}:{}:{}{in_recovery}\"",
            words(panic.as_ref()),
            stop.model,
            stop.nth
        )
    })
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without words").to_owned()
}

/// One point, as `SIM_ONLY` names it.
struct Only {
    name: String,
    model: String,
    nth: u64,
    in_recovery: Option<(u64, u64)>,
}

impl Only {
    fn parse(text: &str) -> Only {
        Only::try_parse(text).unwrap_or_else(|| panic!("SIM_ONLY is no name:model:n or name:model:n+m+m: {text}"))
    }

    fn try_parse(text: &str) -> Option<Only> {
        let mut parts = text.rsplitn(3, ':');
        let (numbers, model, name) = (parts.next()?, parts.next()?, parts.next()?);
        let numbers: Vec<u64> = numbers.split('+').map(str::parse).collect::<Result<_, _>>().ok()?;
        let (nth, in_recovery) = match numbers[..] {
            [nth] => (nth, None),
            [nth, first, second] => (nth, Some((first, second))),
            _ => return None,
        };
        Some(Only { name: name.to_owned(), model: model.to_owned(), nth, in_recovery })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_spread_from_the_first_to_the_last() {
        assert_eq!(spread(3, 12), [1, 2, 3]);
        assert_eq!(spread(100, 4), [1, 34, 67, 100]);
    }

    #[test]
    fn one_point_is_named_in_one_word() {
        let only = Only::try_parse("switch: over:fail-once-StorageFull:12+3+4").unwrap();
        assert_eq!((only.name.as_str(), only.model.as_str()), ("switch: over", "fail-once-StorageFull"));
        assert_eq!((only.nth, only.in_recovery), (12, Some((3, 4))));
        assert!(Only::try_parse("switch:kill").is_none());
    }
}
