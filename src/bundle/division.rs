//! Divides exhibits into volumes that each fit a mail: in order, filled up, appendices kept whole where
//! they can be.
//!
//! Pure arithmetic on bytes; what is weighed, and how large a mail may be, is the caller's business.

/// An exhibit with what it adds to a volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weight {
    /// Exhibits of the same appendix, which stand next to one another, share this.
    pub appendix: usize,
    pub bytes: u64,
}

/// Bytes that exhibits may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// In the first volume, which the form shares.
    pub first: u64,
    /// In every other.
    pub other: u64,
}

/// Why nothing was divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Indivisible {
    /// The exhibit at this index fits no volume, even alone.
    Exhibit(usize),
}

/// The volume of every exhibit, from 1 and never falling. An appendix is cut only when it is larger
/// than a whole volume, and then between exhibits.
///
/// # Errors
/// An exhibit larger than a volume: the first of them.
pub fn divide(weights: &[Weight], room: Room) -> Result<Vec<usize>, Indivisible> {
    let mut filling = Filling { volume: 1, left: room.first, room };
    let mut volumes = Vec::with_capacity(weights.len());
    for appendix in weights.chunk_by(|a, b| a.appendix == b.appendix) {
        let whole = appendix.iter().fold(0u64, |sum, weight| sum.saturating_add(weight.bytes));
        if whole > filling.left && whole <= room.other {
            filling.next();
        }
        for weight in appendix {
            if weight.bytes > filling.left {
                filling.next();
            }
            if weight.bytes > filling.left {
                return Err(Indivisible::Exhibit(volumes.len()));
            }
            filling.left -= weight.bytes;
            volumes.push(filling.volume);
        }
    }
    Ok(volumes)
}

/// The volume being filled.
struct Filling {
    volume: usize,
    left: u64,
    room: Room,
}

impl Filling {
    fn next(&mut self) {
        self.volume += 1;
        self.left = self.room.other;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn weights(bytes: &[(usize, u64)]) -> Vec<Weight> {
        bytes.iter().map(|(appendix, bytes)| Weight { appendix: *appendix, bytes: *bytes }).collect()
    }

    #[test]
    fn volumes_fill_up_in_order_and_keep_appendices_whole() {
        let room = Room { first: 5, other: 10 };
        let given = weights(&[(0, 3), (1, 4), (1, 4), (2, 2), (3, 9)]);
        assert_eq!(divide(&given, room), Ok(vec![1, 2, 2, 2, 3]));
    }

    #[test]
    fn an_appendix_larger_than_a_volume_is_cut_between_exhibits() {
        let room = Room { first: 10, other: 10 };
        assert_eq!(divide(&weights(&[(0, 2), (1, 6), (1, 6), (1, 3)]), room), Ok(vec![1, 1, 2, 2]));
    }

    #[test]
    fn an_exhibit_larger_than_a_volume_is_named() {
        let room = Room { first: 1, other: 10 };
        assert_eq!(divide(&weights(&[(0, 2), (1, 11)]), room), Err(Indivisible::Exhibit(1)));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_volume_overflows(
            given in prop::collection::vec((0usize..3, 0u64..30), 0..40),
            first in 0u64..40,
            other in 1u64..40,
        ) {
            let mut appendix = 0;
            let given: Vec<Weight> = given.iter().map(|(step, bytes)| {
                appendix += usize::from(*step == 0);
                Weight { appendix, bytes: *bytes }
            }).collect();
            let room = Room { first, other };
            match divide(&given, room) {
                Err(Indivisible::Exhibit(at)) => prop_assert!(given[at].bytes > other),
                Ok(volumes) => {
                    prop_assert_eq!(volumes.len(), given.len());
                    let last = volumes.last().copied().unwrap_or(1);
                    for volume in 1..=last {
                        let held = |at: &usize| volumes[*at] == volume;
                        let bytes: u64 = (0..given.len()).filter(held).map(|at| given[at].bytes).sum();
                        let room_here = if volume == 1 { first } else { other };
                        prop_assert!(bytes <= room_here);
                        prop_assert!(volume == 1 || bytes > 0 || (0..given.len()).any(|at| held(&at)));
                    }
                    for (pair, of) in volumes.windows(2).zip(given.windows(2)) {
                        prop_assert!(pair[0] <= pair[1] && pair[1] <= pair[0] + 1);
                        let whole: u64 =
                            given.iter().filter(|w| w.appendix == of[0].appendix).map(|w| w.bytes).sum();
                        let is_cut = pair[0] != pair[1] && of[0].appendix == of[1].appendix;
                        prop_assert!(!is_cut || whole > other, "an appendix that fits is not cut");
                    }
                }
            }
        }
    }
}
