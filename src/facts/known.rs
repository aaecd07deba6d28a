//! What is known of every expression of one body, for detectors that ask about code that no
//! fact speaks of: the two sides of a comparison, the name of a header.

use smol_str::SmolStr;

use super::value::Value;
use super::{Context, body};
use crate::ir::ExprId;
use crate::names::BodyRef;

/// The values and the origins of a body's expressions.
pub struct Known {
    values: Vec<Value>,
    origins: Vec<Option<SmolStr>>,
}

impl Known {
    /// Works out one body; nothing is handed in.
    pub fn of(context: &Context<'_>, body: BodyRef) -> Self {
        let pass = body::Pass::new(context, body).run();
        Self { values: pass.values, origins: pass.origins }
    }

    pub fn value(&self, id: ExprId) -> &Value {
        self.values.get(id.0 as usize).unwrap_or(&Value::Unknown)
    }

    /// The canonical path of the call that the expression is the result of.
    pub fn origin(&self, id: ExprId) -> Option<&str> {
        self.origins.get(id.0 as usize)?.as_deref()
    }
}
