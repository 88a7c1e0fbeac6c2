/// The architecture of the library as tests: which room may use which, what of the JDK and of other libraries is used
/// where, and how things are named. Each rule is also run against code that breaks it, so that it is known to bite.
package io.nvmelm.architecture;
