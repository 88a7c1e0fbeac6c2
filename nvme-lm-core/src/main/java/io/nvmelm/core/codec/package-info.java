/// Bytes to values and back, for every structure of the standard that live migration meets. *Views* read and write
/// memory in place and allocate nothing; *codecs* make the records of `io.nvmelm.nvme` and bytes of them, checking
/// every size before it is used; [ControllerStateValidator] checks a controller state piece by piece while it passes.
/// No policy, no input or output.
package io.nvmelm.core.codec;
