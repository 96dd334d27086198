// The expression language of Amazon DynamoDB (Developer Guide, "Using expressions in DynamoDB"), and the parameters
// that came before it ("Legacy conditional parameters"), as values: pure, sendable, without I/O.
//
// Work is done in two steps. *Parsing* (`Syntax/`) turns text into a syntax tree that knows neither names nor values,
// so that it can be cached by its text. *Binding* gives it the request's `ExpressionAttributeNames` and
// `ExpressionAttributeValues` and checks it as the service does; what comes out can be evaluated against items and
// cannot fail in ways that have nothing to do with the item. Legacy parameters become the same bound trees.
//
// Errors carry the service's own messages. Where several things are wrong, the service reports one by a fixed order
// of categories, not by position in the text; `BindingErrors` keeps that order.
