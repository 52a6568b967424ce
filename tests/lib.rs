//! What the stories share: where the vectors and the built program are.
