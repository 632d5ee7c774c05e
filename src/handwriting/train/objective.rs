//! The loss of one field and its gradient with respect to the energies of its spans.

use std::collections::HashMap;
use std::sync::Mutex;

