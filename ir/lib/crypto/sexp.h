/* SPDX-License-Identifier: ISC
 *
 * libgcrypt's S-expressions and large integers, released on leaving scope;
 * shared by the files of this module only.
 */
#ifndef IR_CRYPTO_SEXP_H
#define IR_CRYPTO_SEXP_H

#include <gcrypt.h>

static inline void
ir_sexp_release_(gcry_sexp_t *s)
{
	gcry_sexp_release(*s);
}
#define ir_auto_sexp __attribute__((cleanup(ir_sexp_release_))) gcry_sexp_t

static inline void
ir_mpi_release_(gcry_mpi_t *m)
{
	gcry_mpi_release(*m);
}
#define ir_auto_mpi __attribute__((cleanup(ir_mpi_release_))) gcry_mpi_t

#endif
