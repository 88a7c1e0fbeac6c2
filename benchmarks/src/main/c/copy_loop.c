/* The baseline of MigrationDataBenchmark: what a program in C does to carry state from one file to another. */
#include <errno.h>
#include <unistd.h>

long copy_loop(int from, int to, char *piece, long piece_bytes, long total_bytes)
{
	long left = total_bytes;

	while (left > 0) {
		ssize_t got = read(from, piece, left < piece_bytes ? left : piece_bytes);
		ssize_t at = 0;

		if (got <= 0)
			return -errno;
		while (at < got) {
			ssize_t put = write(to, piece + at, got - at);

			if (put < 0)
				return -errno;
			at += put;
		}
		left -= got;
	}
	return total_bytes;
}
