/* The tracer's half inside a child: loaded by LD_PRELOAD, it sees every file operation of the process below one folder.
 *
 * It does not replace libc's functions: parts of the child (rustix, and with it `tempfile`'s rename) enter the kernel without
 * libc. A seccomp filter, which needs no rights, traps the system calls themselves; the SIGSYS handler looks at them, does
 * what the plan says, and makes the call with a magic word in the sixth argument, which the filter lets pass. None of the
 * calls that are made again has a sixth argument.
 *
 * Settings (environment):  XUNCHA_DISK_ROOT    the folder, as a resolved absolute path
 *                          XUNCHA_DISK_TRACE   where the trace is appended, if anywhere
 *                          XUNCHA_DISK_MARKS   a file of the child's own words; lines that begin with '!' are orders to the tracer
 *                          XUNCHA_DISK_PLAN    the first order, without its '!'
 * Orders:   fail N once|on EIO|ENOSPC whole|short|done|hidden any|syncs
 *                                       of the operations from now on that can fail so, the N-th fails (`on`: and all after it);
 *                                       whenever one does, "failed <verb> <path below the folder>" is added to the file of marks
 *           kill N before|torn|after    the process is killed around the N-th operation from now on
 *           halt N M                    the N-th sync from now on fails, so many more operations are done, and then none is: each
 *                                       fails and stands in no trace, as if the process had been killed there
 *           calm                                     nothing is done to it any more
 *           count                                    starts counting anew; the number so far stands in the trace
 * Options in the plan, before an order and separated by ';':  `sync` asks the kernel to sync (it is spared otherwise: no power
 * goes here), `reads` counts reads and opens for reading too.
 *
 * Layout of the trace: see `Header` here and `trace.rs`.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>

#define MAGIC_LOW 0x78756e63u
#define MAGIC_HIGH 0x68617463u
#define MAGIC (((uint64_t)MAGIC_HIGH << 32) | MAGIC_LOW)

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#define ARG(u, n) ((u)->uc_mcontext.gregs[(const int[]){REG_RDI, REG_RSI, REG_RDX, REG_R10, REG_R8, REG_R9}[n]])
#define ANSWER(u) ((u)->uc_mcontext.gregs[REG_RAX])
static long raw(long nr, long a, long b, long c, long d, long e) {
  long out;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = (long)MAGIC;
  __asm__ volatile("syscall" : "=a"(out) : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  return out;
}
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#define ARG(u, n) ((u)->uc_mcontext.regs[n])
#define ANSWER(u) ((u)->uc_mcontext.regs[0])
static long raw(long nr, long a, long b, long c, long d, long e) {
  register long x8 __asm__("x8") = nr;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = (long)MAGIC;
  __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
}
#else
#error "the tracer knows x86-64 and aarch64"
#endif

enum Kind {
  OPEN = 1, WRITE, TRUNCATE, ALLOCATE, SYNC, SYNC_FOLDER, RENAME, LINK, UNLINK, MAKE_FOLDER, REMOVE_FOLDER, MAP, MARK, READ,
  SYMLINK
};

/* Added to the kind: it was done, and the answer says otherwise. */
#define NEVERTHELESS 0x100

/* Flags of an OPEN, in `at`. */
enum { CREATED = 1, EMPTIED = 2, NAMELESS = 4 };

/* One record; path, other path and data follow it. */
typedef struct {
  uint64_t number;
  uint32_t kind;
  uint32_t path;
  uint32_t other;
  uint32_t data;
  int64_t result;
  uint64_t inode;
  uint64_t at;
  uint64_t length;
} Header;

#define MOST 4096
static char root[MOST], marks[MOST];
static size_t root_length;
static int trace = -1;
static int real_sync, reads, watching;
static int words = -1;
static uint64_t number, fail_at, fail_seen, kill_at, halt_at, halt_seen, halt_left;
static int fail_on, fail_errno, fail_how, fail_syncs, kill_when;
/* The operation that is looked at now was not done, because its process counts as killed. */
static int dead;
enum { WHOLE, SHORT, DONE, HIDDEN };
enum { BEFORE = 1, TORN, AFTER };
static volatile int busy;

static void take(void) {
  while (__atomic_exchange_n(&busy, 1, __ATOMIC_ACQUIRE)) raw(SYS_sched_yield, 0, 0, 0, 0, 0);
}
static void let_go(void) { __atomic_store_n(&busy, 0, __ATOMIC_RELEASE); }

static void die(void) {
  raw(SYS_kill, raw(SYS_getpid, 0, 0, 0, 0, 0), SIGKILL, 0, 0, 0);
  for (;;) raw(SYS_sched_yield, 0, 0, 0, 0, 0);
}

static int below(const char *path) {
  return !strncmp(path, root, root_length) && (path[root_length] == 0 || path[root_length] == '/');
}

/* Path of an open file; empty for what has none. */
static void path_of(int fd, char *out) {
  char link[40];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  long n = raw(SYS_readlinkat, AT_FDCWD, (long)link, (long)out, MOST - 1, 0);
  out[n > 0 ? n : 0] = 0;
  size_t length = strlen(out);
  if (length > 10 && !strcmp(out + length - 10, " (deleted)")) out[length - 10] = 0;
}

/* Absolute path of a name given to an *at call. */
static void resolve(int folder, const char *name, char *out) {
  if (name[0] == '/') {
    snprintf(out, MOST, "%s", name);
  } else {
    char base[MOST];
    if (folder == AT_FDCWD) {
      long n = raw(SYS_readlinkat, AT_FDCWD, (long)"/proc/self/cwd", (long)base, MOST - 1, 0);
      base[n > 0 ? n : 0] = 0;
    } else {
      path_of(folder, base);
    }
    if (snprintf(out, MOST, "%s/%s", base, name) >= MOST) out[0] = 0;
  }
}

static long status_of(const char *path, struct stat *status) {
  return raw(SYS_newfstatat, AT_FDCWD, (long)path, (long)status, AT_SYMLINK_NOFOLLOW, 0);
}
static uint64_t inode_of(int fd) {
  struct stat status;
  return raw(SYS_newfstatat, fd, (long)"", (long)&status, AT_EMPTY_PATH, 0) ? 0 : status.st_ino;
}
static uint64_t inode_at(const char *path) {
  struct stat status;
  return status_of(path, &status) ? 0 : status.st_ino;
}

static void note(uint32_t kind, long result, uint64_t inode, uint64_t at, uint64_t length, const char *path, const char *other,
                 const void *data, size_t bytes) {
  if (trace < 0 || (dead && kind != MARK && kind != MAP)) return;
  Header header = {number, kind, strlen(path), strlen(other), bytes, result, inode, at, length};
  struct iovec parts[] = {{&header, sizeof header}, {(void *)path, header.path}, {(void *)other, header.other}, {(void *)data, bytes}};
  size_t whole = sizeof header + header.path + header.other + bytes;
  long written = raw(SYS_writev, trace, (long)parts, 4, 0, 0);
  /* A trace with a hole in it would prove anything. */
  if (written != (long)whole) die();
}

enum { NEEDS_ROOM = 1, IS_SYNC = 2 };

/* The verbs of the marks; `operations` in fire/faults.rs has the same. */
static const char *const verbs[] = {
    [OPEN] = "open", [WRITE] = "write", [TRUNCATE] = "truncate", [ALLOCATE] = "allocate", [SYNC] = "sync",
    [SYNC_FOLDER] = "sync-folder", [RENAME] = "rename", [LINK] = "link", [UNLINK] = "unlink", [MAKE_FOLDER] = "mkdir",
    [REMOVE_FOLDER] = "rmdir", [READ] = "read", [SYMLINK] = "symlink"};

static void failed(uint32_t kind, const char *path) {
  if (words < 0) return;
  char line[MOST + 32];
  int n = snprintf(line, sizeof line, "failed %s %s\n", verbs[kind], below(path) ? path + root_length : path);
  raw(SYS_write, words, (long)line, n, 0, 0);
}

/* Whether the operation that is counted now is to fail; the error as the kernel would answer it, or 0. */
static long verdict(int traits, uint32_t kind, const char *path) {
  number++;
  if (kill_at == number && kill_when == BEFORE) die();
  int fails = 0;
  dead = 0;
  if (halt_at && halt_seen >= halt_at) {
    dead = !halt_left;
    halt_left -= !dead;
  } else if (halt_at && (traits & IS_SYNC)) {
    fails = ++halt_seen == halt_at;
  }
  if (dead) return -EIO;
  if (fails) {
    failed(kind, path);
    return -EIO;
  }
  if (!fail_at || (fail_errno == ENOSPC && !(traits & NEEDS_ROOM)) || (fail_syncs && !(traits & IS_SYNC))) return 0;
  fail_seen++;
  if (fail_seen < fail_at || (!fail_on && fail_seen > fail_at)) return 0;
  failed(kind, path);
  return -fail_errno;
}
static void after(void) {
  if (kill_at == number && kill_when != BEFORE) die();
}

static void order(const char *said) {
  char how[16] = "", error[16] = "", amount[16] = "", which[16] = "";
  unsigned long long n = 0, more = 0;
  if (!strncmp(said, "calm", 4)) {
    fail_at = kill_at = halt_at = dead = 0;
  } else if (!strncmp(said, "count", 5)) {
    number = 0;
  } else if (sscanf(said, "fail %llu %15s %15s %15s %15s", &n, how, error, amount, which) == 5) {
    fail_at = n;
    fail_seen = 0;
    fail_syncs = !strcmp(which, "syncs");
    fail_on = !strcmp(how, "on");
    fail_errno = strcmp(error, "ENOSPC") ? EIO : ENOSPC;
    fail_how = !strcmp(amount, "short") ? SHORT : !strcmp(amount, "done") ? DONE
               : !strcmp(amount, "hidden") ? HIDDEN : WHOLE;
  } else if (sscanf(said, "halt %llu %llu", &n, &more) == 2) {
    halt_at = n;
    halt_seen = dead = 0;
    halt_left = more;
    fail_how = WHOLE;
  } else if (sscanf(said, "kill %llu %15s", &n, how) == 2) {
    kill_at = number + n;
    kill_when = !strcmp(how, "before") ? BEFORE : !strcmp(how, "torn") ? TORN : AFTER;
  }
}

static long mark(long nr, const long *a) {
  if (nr != SYS_write) return raw(nr, a[0], a[1], a[2], a[3], a[4]);
  const char *bytes = (const char *)a[1];
  size_t length = a[2];
  if (length && bytes[0] == '!') {
    char said[128];
    size_t n = length - 1 < sizeof said - 1 ? length - 1 : sizeof said - 1;
    memcpy(said, bytes + 1, n);
    said[n] = 0;
    note(MARK, length, 0, 0, 0, "", "", bytes, length);
    order(said);
    return length;
  }
  long done = raw(nr, a[0], a[1], a[2], a[3], a[4]);
  note(MARK, done, 0, 0, 0, "", "", bytes, done > 0 ? done : 0);
  return done;
}

/* write, pwrite64, writev, pwritev */
static long writing(long nr, const long *a) {
  char path[MOST];
  path_of(a[0], path);
  if (marks[0] && !strcmp(path, marks)) return mark(nr, a);
  if (!below(path)) return raw(nr, a[0], a[1], a[2], a[3], a[4]);
  int gathered = nr == SYS_writev || nr == SYS_pwritev;
  struct iovec one = {(void *)a[1], a[2]};
  const struct iovec *parts = gathered ? (const struct iovec *)a[1] : &one;
  int count = gathered ? a[2] : 1;
  size_t length = 0;
  for (int i = 0; i < count; i++) length += parts[i].iov_len;
  uint64_t at;
  if (nr == SYS_pwrite64 || nr == SYS_pwritev) {
    at = a[3];
  } else if (raw(SYS_fcntl, a[0], F_GETFL, 0, 0, 0) & O_APPEND) {
    struct stat status;
    raw(SYS_newfstatat, a[0], (long)"", (long)&status, AT_EMPTY_PATH, 0);
    at = status.st_size;
  } else {
    at = raw(SYS_lseek, a[0], 0, SEEK_CUR, 0, 0);
  }
  long failure = verdict(NEEDS_ROOM, WRITE, path);
  int torn = kill_at == number && kill_when == TORN;
  size_t allowed = length;
  if (torn || (failure && fail_how == SHORT)) allowed = length / 2;
  long done;
  if (failure && (fail_how != SHORT || allowed == 0)) {
    /* `done`: the bytes are there, and the answer says they are not. */
    if (fail_how == DONE) raw(nr, a[0], a[1], a[2], a[3], a[4]);
    done = failure;
  } else if (allowed == length) {
    done = raw(nr, a[0], a[1], a[2], a[3], a[4]);
  } else {
    /* Half of the first piece: a short count is an answer like any other, and whoever writes on meets the failure then. */
    allowed = parts[0].iov_len / 2;
    done = raw(nr == SYS_pwrite64 || nr == SYS_pwritev ? SYS_pwrite64 : SYS_write, a[0], (long)parts[0].iov_base, allowed, at, 0);
    if (failure && !fail_on) fail_at = fail_seen + 1;
    fail_how = WHOLE;
  }
  if (trace >= 0) {
    size_t left = done > 0 ? (size_t)done : 0;
    if (done < 0 && failure && fail_how == DONE) {
      note(WRITE | NEVERTHELESS, done, inode_of(a[0]), at, length, path, "", parts[0].iov_base, parts[0].iov_len);
    } else if (count == 1) {
      note(WRITE, done, inode_of(a[0]), at, length, path, "", parts[0].iov_base, left);
    } else {
      uint64_t inode = inode_of(a[0]);
      if (!left) note(WRITE, done, inode, at, length, path, "", "", 0);
      /* One record for each piece, under one number. */
      for (int i = 0; i < count && left; i++) {
        size_t n = parts[i].iov_len < left ? parts[i].iov_len : left;
        note(WRITE, n, inode, at, n, path, "", parts[i].iov_base, n);
        at += n;
        left -= n;
      }
    }
  }
  after();
  return done;
}

static long reading(long nr, const long *a) {
  char path[MOST];
  path_of(a[0], path);
  if (!below(path)) return raw(nr, a[0], a[1], a[2], a[3], a[4]);
  long failure = verdict(0, READ, path);
  long done = failure ? failure : raw(nr, a[0], a[1], a[2], a[3], a[4]);
  note(READ, done, inode_of(a[0]), 0, a[2], path, "", "", 0);
  after();
  return done;
}

/* Something done to an open file that is no write: cutting, allocating, syncing. */
static long to_open_file(long nr, const long *a, uint32_t kind, uint64_t at, uint64_t length) {
  char path[MOST];
  path_of(a[0], path);
  if (!below(path)) return raw(nr, a[0], a[1], a[2], a[3], a[4]);
  struct stat status;
  raw(SYS_newfstatat, a[0], (long)"", (long)&status, AT_EMPTY_PATH, 0);
  if (kind == SYNC && S_ISDIR(status.st_mode)) kind = SYNC_FOLDER;
  int room = kind != TRUNCATE || length > (uint64_t)status.st_size;
  int sync = kind == SYNC || kind == SYNC_FOLDER;
  long done = verdict((room ? NEEDS_ROOM : 0) | (sync ? IS_SYNC : 0), kind, path);
  /* `hidden`: it failed, and whoever asked does not hear it. */
  int hidden = done && sync && fail_how == HIDDEN;
  if (!done || fail_how == DONE) {
    long real = sync ? (real_sync ? raw(nr, a[0], a[1], a[2], a[3], a[4]) : 0)
                                                    : raw(nr, a[0], a[1], a[2], a[3], a[4]);
    if (!done) done = real;
    else kind |= NEVERTHELESS;
  }
  note(kind, done, status.st_ino, at, length, path, "", "", 0);
  after();
  return hidden ? 0 : done;
}

static long opening(long nr, const long *a, int folder, const char *name, uint64_t flags) {
  char path[MOST];
  resolve(folder, name, path);
  int changes = (flags & (O_CREAT | O_TRUNC)) || (flags & O_ACCMODE) != O_RDONLY;
  if (!below(path) || (!changes && !reads)) return raw(nr, a[0], a[1], a[2], a[3], a[4]);
  struct stat status;
  int was = !status_of(path, &status);
  uint32_t kind = OPEN;
  uint64_t made = 0;
  long done = verdict((flags & O_CREAT) && !was ? NEEDS_ROOM : 0, OPEN, path);
  if (!done || fail_how == DONE) {
    long real = raw(nr, a[0], a[1], a[2], a[3], a[4]);
    if (done && real >= 0) {
      made = inode_of(real);
      raw(SYS_close, real, 0, 0, 0, 0);
      kind |= NEVERTHELESS;
    }
    if (!done) done = real;
  }
  uint64_t how = ((flags & O_CREAT) && !was ? CREATED : 0) | ((flags & O_TRUNC) && was ? EMPTIED : 0);
#ifdef O_TMPFILE
  if ((flags & O_TMPFILE) == O_TMPFILE) how = NAMELESS;
#endif
  note(kind, done, done >= 0 ? inode_of(done) : made, how, flags, path, "", "", 0);
  after();
  return done;
}

/* Something done to names. */
static long to_names(long nr, const long *a, uint32_t kind, int folder, const char *name, int other_folder, const char *other) {
  char path[MOST], second[MOST] = "";
  resolve(folder, name, path);
  if (other) resolve(other_folder, other, second);
  if (!below(path) && !(other && below(second))) return raw(nr, a[0], a[1], a[2], a[3], a[4]);
  uint64_t inode = kind == SYMLINK ? 0 : inode_at(path);
  long done = verdict(kind == UNLINK || kind == REMOVE_FOLDER ? 0 : NEEDS_ROOM, kind, path);
  if (!done || fail_how == DONE) {
    long real = raw(nr, a[0], a[1], a[2], a[3], a[4]);
    if (!done) done = real;
    else if (!real) kind |= NEVERTHELESS;
  }
  if (kind == MAKE_FOLDER && !done) inode = inode_at(path);
  note(kind, done, inode, 0, 0, path, second, "", 0);
  after();
  return done;
}

static long mapping(const long *a) {
  char path[MOST];
  path_of(a[4], path);
  /* The offset is a sixth argument: mapped for reading, which the filter lets pass, and then made writable. */
  long done;
#if defined(__x86_64__)
  register long r10 __asm__("r10") = a[3];
  register long r8 __asm__("r8") = a[4];
  register long r9 __asm__("r9") = a[5];
  __asm__ volatile("syscall" : "=a"(done) : "a"(SYS_mmap), "D"(a[0]), "S"(a[1]), "d"(a[2] & ~PROT_WRITE), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
#else
  register long x8 __asm__("x8") = SYS_mmap;
  register long x0 __asm__("x0") = a[0];
  register long x1 __asm__("x1") = a[1];
  register long x2 __asm__("x2") = a[2] & ~PROT_WRITE;
  register long x3 __asm__("x3") = a[3];
  register long x4 __asm__("x4") = a[4];
  register long x5 __asm__("x5") = a[5];
  __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  done = x0;
#endif
  if (done > 0 || done < -4095) {
    long writable = raw(SYS_mprotect, done, a[1], a[2], 0, 0);
    if (writable) return writable;
  }
  if (below(path)) note(MAP, 0, inode_of(a[4]), a[5], a[1], path, "", "", 0);
  return done;
}

static long handle(long nr, const long *a) {
  switch (nr) {
    case SYS_write: case SYS_pwrite64: case SYS_writev: case SYS_pwritev: return writing(nr, a);
    case SYS_read: case SYS_pread64: return reading(nr, a);
    case SYS_ftruncate: return to_open_file(nr, a, TRUNCATE, 0, a[1]);
    case SYS_fallocate: return to_open_file(nr, a, ALLOCATE, a[2], a[1] == 0 ? (uint64_t)a[3] : 0);
    case SYS_fsync: case SYS_fdatasync: return to_open_file(nr, a, SYNC, 0, 0);
    case SYS_openat: return opening(nr, a, a[0], (const char *)a[1], a[2]);
    case SYS_openat2: return opening(nr, a, a[0], (const char *)a[1], *(const uint64_t *)a[2]);
    case SYS_renameat: case SYS_renameat2: return to_names(nr, a, RENAME, a[0], (const char *)a[1], a[2], (const char *)a[3]);
    case SYS_linkat: return to_names(nr, a, LINK, a[0], (const char *)a[1], a[2], (const char *)a[3]);
    case SYS_symlinkat: return to_names(nr, a, SYMLINK, a[1], (const char *)a[2], 0, NULL);
    case SYS_unlinkat: return to_names(nr, a, a[2] & AT_REMOVEDIR ? REMOVE_FOLDER : UNLINK, a[0], (const char *)a[1], 0, NULL);
    case SYS_mkdirat: return to_names(nr, a, MAKE_FOLDER, a[0], (const char *)a[1], 0, NULL);
    /* Whoever copies inside the kernel is told that it cannot be done here, and copies by hand. */
    case SYS_sendfile: return -EINVAL;
    case SYS_copy_file_range: return -EXDEV;
    case SYS_mmap: return mapping(a);
#ifdef SYS_open
    case SYS_open: return opening(nr, a, AT_FDCWD, (const char *)a[0], a[1]);
    case SYS_creat: return opening(nr, a, AT_FDCWD, (const char *)a[0], O_CREAT | O_TRUNC | O_WRONLY);
    case SYS_rename: return to_names(nr, a, RENAME, AT_FDCWD, (const char *)a[0], AT_FDCWD, (const char *)a[1]);
    case SYS_link: return to_names(nr, a, LINK, AT_FDCWD, (const char *)a[0], AT_FDCWD, (const char *)a[1]);
    case SYS_unlink: return to_names(nr, a, UNLINK, AT_FDCWD, (const char *)a[0], 0, NULL);
    case SYS_mkdir: return to_names(nr, a, MAKE_FOLDER, AT_FDCWD, (const char *)a[0], 0, NULL);
    case SYS_rmdir: return to_names(nr, a, REMOVE_FOLDER, AT_FDCWD, (const char *)a[0], 0, NULL);
#endif
    default: return raw(nr, a[0], a[1], a[2], a[3], a[4]);
  }
}

static void trapped(int signal, siginfo_t *info, void *context) {
  (void)signal;
  ucontext_t *u = context;
  long a[6];
  for (int i = 0; i < 6; i++) a[i] = ARG(u, i);
  if (!watching) {
    ANSWER(u) = info->si_syscall == SYS_mmap ? mapping(a) : raw(info->si_syscall, a[0], a[1], a[2], a[3], a[4]);
    return;
  }
  take();
  long answer = handle(info->si_syscall, a);
  let_go();
  ANSWER(u) = answer;
}

static struct sock_filter filter[160];
static unsigned short steps;
static void step(uint16_t code, uint8_t yes, uint8_t no, uint32_t k) { filter[steps++] = (struct sock_filter){code, yes, no, k}; }
#define LOAD(offset) step(BPF_LD | BPF_W | BPF_ABS, 0, 0, (offset))
#define EQUAL(k, yes, no) step(BPF_JMP | BPF_JEQ | BPF_K, (yes), (no), (k))
#define ANY_BIT(k, yes, no) step(BPF_JMP | BPF_JSET | BPF_K, (yes), (no), (k))
#define RETURN(what) step(BPF_RET | BPF_K, 0, 0, (what))
#define LOW(n) (offsetof(struct seccomp_data, args[n]))
#define HIGH(n) (LOW(n) + 4)

static void trap(uint32_t nr) {
  EQUAL(nr, 0, 1);
  RETURN(SECCOMP_RET_TRAP);
}
static void trap_flags(uint32_t nr, int argument, uint32_t mask) {
  EQUAL(nr, 0, 4);
  LOAD(LOW(argument));
  ANY_BIT(mask, 0, 1);
  RETURN(SECCOMP_RET_TRAP);
  RETURN(SECCOMP_RET_ALLOW);
}

static void watch(void) {
  LOAD(offsetof(struct seccomp_data, arch));
  EQUAL(ARCH, 1, 0);
  RETURN(SECCOMP_RET_ALLOW);
  LOAD(offsetof(struct seccomp_data, nr));
  /* mmap first: its sixth argument is an offset and no magic word. */
  EQUAL(SYS_mmap, 0, 7);
  LOAD(LOW(2));
  ANY_BIT(PROT_WRITE, 0, 4);
  LOAD(LOW(3));
  ANY_BIT(MAP_ANONYMOUS, 2, 0);
  ANY_BIT(MAP_SHARED, 0, 1);
  RETURN(SECCOMP_RET_TRAP);
  RETURN(SECCOMP_RET_ALLOW);
  LOAD(LOW(5));
  EQUAL(MAGIC_LOW, 0, 3);
  LOAD(HIGH(5));
  EQUAL(MAGIC_HIGH, 0, 1);
  RETURN(SECCOMP_RET_ALLOW);
  LOAD(offsetof(struct seccomp_data, nr));
  const uint32_t always[] = {
      SYS_write, SYS_pwrite64, SYS_writev, SYS_pwritev, SYS_ftruncate, SYS_fallocate, SYS_fsync, SYS_fdatasync, SYS_openat2,
      SYS_renameat, SYS_renameat2, SYS_linkat, SYS_symlinkat, SYS_unlinkat, SYS_mkdirat, SYS_sendfile, SYS_copy_file_range,
#ifdef SYS_open
      SYS_creat, SYS_rename, SYS_link, SYS_unlink, SYS_mkdir, SYS_rmdir,
#endif
  };
  for (size_t i = 0; i < sizeof always / sizeof *always; i++) trap(always[i]);
  if (reads) {
    trap(SYS_read);
    trap(SYS_pread64);
    trap(SYS_openat);
#ifdef SYS_open
    trap(SYS_open);
#endif
  } else {
    trap_flags(SYS_openat, 2, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC);
#ifdef SYS_open
    trap_flags(SYS_open, 1, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC);
#endif
  }
  RETURN(SECCOMP_RET_ALLOW);
  struct sock_fprog program = {steps, filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program)) {
    static const char words[] = "the tracer cannot filter system calls here\n";
    if (write(2, words, sizeof words - 1) < 0) _exit(71);
    _exit(71);
  }
}

__attribute__((constructor)) static void begin(void) {
  const char *folder = getenv("XUNCHA_DISK_ROOT");
  if (!folder || !*folder) return;
  /* First of all: a program that a traced one started has the filter already. */
  struct sigaction action = {0};
  action.sa_sigaction = trapped;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  sigfillset(&action.sa_mask);
  sigaction(SIGSYS, &action, NULL);
  snprintf(root, sizeof root, "%s", folder);
  root_length = strlen(root);
  const char *file = getenv("XUNCHA_DISK_MARKS");
  if (file) {
    snprintf(marks, sizeof marks, "%s", file);
    int fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    /* Out of the way of descriptors that the child counts on. */
    words = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 700);
    if (fd >= 0) close(fd);
  }
  /* A program that the watched one starts inherits the filter and needs the handler; only the first one is counted. */
  char self[24];
  snprintf(self, sizeof self, "%ld", (long)getpid());
  const char *owner = getenv("XUNCHA_DISK_OWNER");
  watching = !owner || !strcmp(owner, self);
  setenv("XUNCHA_DISK_OWNER", self, 0);
  if (watching) {
    const char *path = getenv("XUNCHA_DISK_TRACE");
    if (path && *path) {
      int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
      trace = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 700);
      if (fd >= 0) close(fd);
      if (trace < 0) _exit(72);
    }
    char plan[512];
    const char *given = getenv("XUNCHA_DISK_PLAN");
    snprintf(plan, sizeof plan, "%s", given ? given : "");
    for (char *rest = plan, *one; (one = strsep(&rest, ";"));) {
      if (!strcmp(one, "sync")) real_sync = 1;
      else if (!strcmp(one, "reads")) reads = 1;
      else order(one);
    }
  }
  watch();
}
