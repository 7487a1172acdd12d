// Verifies the results of many different system calls, over and over until there is a line to read;
// exits 1 at the first wrong one.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <errno.h>
#include <string.h>
#include <signal.h>
#include <pthread.h>
#include <spawn.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <time.h>
#include <sys/wait.h>
#include <sys/syscall.h>
#include <sys/stat.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/socket.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <sys/time.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <linux/futex.h>
#define C(x) do { if (!(x)) { fprintf(stderr, "line %d: %s failed (errno %d)\n", __LINE__, #x, errno); exit(1);} } while (0)
static volatile int alarms;
static void onalarm(int s){
    alarms++;
    getppid();
    syscall(SYS_gettid);
}
static pthread_t mainThread;
static volatile int stop;
static void *kicker(void*a){
    while(!stop){
        struct timespec t={0,3000000};
        nanosleep(&t,0);
        if(!stop) pthread_kill(mainThread,SIGUSR1);
    }
    return 0;
}
#define K C((stop=0)==0&&pthread_create(&k,0,kicker,0)==0)
#define J stop=1; pthread_join(k,0)
static void handler(int restart){
    struct sigaction s={0};
    s.sa_handler=onalarm;
    s.sa_flags=restart?SA_RESTART:0;
    C(sigaction(SIGUSR1,&s,0)==0);
}
static void *writer(void*p){
    struct timespec t={0,8000000};
    int f=*(int*)p;
    nanosleep(&t,0);
    C(write(f,"hello",5)==5);
    return 0;
}
static void *thread(void*a){
    char b[8];
    int p[2];
    C(pipe(p)==0);
    for(int i=0;i<50;i++){
        C(write(p[1],"abcd",4)==4);
        C(read(p[0],b,8)==4);
        C(memcmp(b,"abcd",4)==0);
    }
    close(p[0]);
    close(p[1]);
    C(syscall(SYS_gettid)!=getpid());
    return a;
}
static void *cancelled(void*a){
    int p[2];
    char b;
    C(pipe(p)==0);
    read(p[0],&b,1);
    return 0;
}
static void simple(void){
    char b[64];
    struct stat st;
    errno=0;
    C(getpid()==syscall(SYS_getpid));
    C(getppid()>0);
    C(access("/nonexistent",R_OK)==-1&&errno==ENOENT);
    C(open("/nonexistent/x",O_RDONLY)==-1&&errno==ENOENT);
    int f=open("/proc/self/exe",O_RDONLY);
    C(f>=0);
    C(read(f,b,10)==10);
    C(memcmp(b,"\177ELF",4)==0);
    C(lseek(f,5,SEEK_SET)==5);
    C(pread(f,b,3,1)==3);
    C(memcmp(b,"ELF",3)==0);
    C(fstat(f,&st)==0);
    C(st.st_size>1000);
    C(stat("/proc/self/exe",&st)==0);
    struct iovec v[2]={{b,3},{b+3,4}};
    C(readv(f,v,2)==7);
    int g=dup(f);
    C(g>f||g>=0);
    C(dup2(f,g)==g);
    C(fcntl(g,F_GETFD)==0);
    C(fcntl(g,F_SETFD,FD_CLOEXEC)==0);
    C(fcntl(g,F_GETFD)==1);
    C(close(g)==0);
    C(close(g)==-1&&errno==EBADF);
    C(close(f)==0);
    C(write(-1,b,1)==-1&&errno==EBADF);
    C(read(0x7fff,b,1)==-1&&errno==EBADF);
    void*m=mmap(0,8192,PROT_READ|PROT_WRITE,MAP_PRIVATE|MAP_ANONYMOUS,-1,0);
    C(m!=MAP_FAILED);
    memset(m,1,8192);
    C(mprotect(m,4096,PROT_READ)==0);
    C(madvise(m,8192,MADV_DONTNEED)==0);
    C(((char*)m)[4096]==0);
    m=mremap(m+4096,4096,16384,MREMAP_MAYMOVE);
    C(m!=MAP_FAILED);
    C(munmap(m,16384)==0);
    struct utsname u;
    C(uname(&u)==0);
    C(strcmp(u.sysname,"Linux")==0);
    struct rlimit r;
    C(getrlimit(RLIMIT_NOFILE,&r)==0);
    C(getuid()==0||getuid()>0);
    C(geteuid()==getuid());
    C(getgid()==getegid());
    struct rusage ru;
    C(getrusage(RUSAGE_SELF,&ru)==0);
    cpu_set_t cs;
    C(sched_getaffinity(0,sizeof cs,&cs)==0);
    C(sched_yield()==0);
    C(umask(022)>=0);
    C(access("/",R_OK)==0);
    int s[2];
    C(socketpair(AF_UNIX,SOCK_STREAM,0,s)==0);
    C(send(s[0],"xyz",3,0)==3);
    C(recv(s[1],b,64,0)==3);
    C(memcmp(b,"xyz",3)==0);
    C(recv(s[1],b,64,MSG_DONTWAIT)==-1&&errno==EAGAIN);
    struct pollfd pf={s[1],POLLIN,0};
    C(poll(&pf,1,0)==0);
    C(sendto(s[0],"q",1,0,0,0)==1);
    C(poll(&pf,1,10)==1);
    C(shutdown(s[0],SHUT_WR)==0);
    C(close(s[0])==0);
    C(close(s[1])==0);
    int e=epoll_create1(0);
    C(e>=0);
    int ev=eventfd(3,0);
    C(ev>=0);
    struct epoll_event ee={EPOLLIN,{0}};
    C(epoll_ctl(e,EPOLL_CTL_ADD,ev,&ee)==0);
    C(epoll_wait(e,&ee,1,5)==1);
    long c8;
    C(read(ev,&c8,8)==8&&c8==3);
    C(epoll_wait(e,&ee,1,1)==0);
    close(ev);
    close(e);
    struct timespec t={0,1000},x;
    C(nanosleep(&t,0)==0);
    C(clock_nanosleep(CLOCK_MONOTONIC,0,&t,0)==0);
    C(clock_getres(CLOCK_MONOTONIC,&x)==0);
    C(syscall(SYS_clock_gettime,CLOCK_MONOTONIC,&x)==0);
    int fu=0;
    struct timespec to={0,200000};
    C(syscall(SYS_futex,&fu,FUTEX_WAIT,0,&to,0,0)==-1&&errno==ETIMEDOUT);
    C(syscall(SYS_futex,&fu,FUTEX_WAIT,1,0,0,0)==-1&&errno==EAGAIN);
    C(syscall(SYS_futex,&fu,FUTEX_WAKE,1,0,0,0)==0);
    sigset_t ss,os;
    sigemptyset(&ss);
    sigaddset(&ss,SIGUSR2);
    C(sigprocmask(SIG_BLOCK,&ss,&os)==0);
    C(raise(SIGUSR2)==0);
    sigset_t pe;
    C(sigpending(&pe)==0);
    C(sigismember(&pe,SIGUSR2));
    int sig;
    C(sigwait(&ss,&sig)==0&&sig==SIGUSR2);
    C(sigprocmask(SIG_SETMASK,&os,0)==0);
    C(syscall(9999)==-1&&errno==ENOSYS);
    C(syscall(-1)==-1&&errno==ENOSYS);
    C(mkdir("/tmp",0)==-1&&errno==EEXIST);
    C(readlink("/proc/self/exe",b,64)>0);
    C(kill(getpid(),0)==0);
    C(kill(1<<29,0)==-1&&errno==ESRCH);
    C(getsid(0)>=0);
    C(getpgid(0)>=0);
    unsigned char rnd[8];
    C(syscall(SYS_getrandom,rnd,8,0)==8);
    C(syscall(SYS_membarrier,0,0,0)>=0);
    C(mlock(b,1)==0);
    C(munlock(b,1)==0);
    int tf=timerfd_create(CLOCK_MONOTONIC,0);
    struct itimerspec its={{0,0},{0,100000}};
    C(timerfd_settime(tf,0,&its,0)==0);
    C(read(tf,&c8,8)==8&&c8==1);
    close(tf);
}
static void signals(void){
    pthread_t k;
    int p[2];
    char b[16];
    C(pipe(p)==0);
    handler(0);
    K;
    errno=0;
    C(read(p[0],b,16)==-1&&errno==EINTR);
    J;
    handler(1);
    pthread_t w;
    C(pthread_create(&w,0,writer,&p[1])==0);
    K;
    C(read(p[0],b,16)==5);
    C(memcmp(b,"hello",5)==0);
    J;
    pthread_join(w,0);
    K;
    struct timespec t={3,0},rem={0,0};
    C(nanosleep(&t,&rem)==-1&&errno==EINTR);
    C(rem.tv_sec<3);
    J;
    K;
    struct pollfd pf={p[0],POLLIN,0};
    C(poll(&pf,1,3000)==-1&&errno==EINTR);
    J;
    int fu=0;
    struct timespec to={3,0};
    K;
    int r=syscall(SYS_futex,&fu,FUTEX_WAIT,0,&to,0,0);
    C(r==-1&&errno==EINTR);
    J;
    K;
    sigset_t none;
    sigemptyset(&none);
    C(sigsuspend(&none)==-1&&errno==EINTR);
    J;
    close(p[0]);
    close(p[1]);
}
static void children(char*self){
    int st;
    pid_t c=fork();
    C(c>=0);
    if(!c){
        if(getpid()!=syscall(SYS_getpid)) _exit(9);
        simple();
        _exit(7);
    }
    C(waitpid(c,&st,0)==c);
    C(WIFEXITED(st)&&WEXITSTATUS(st)==7);
    volatile pid_t mine=getpid();
    c=vfork();
    if(!c){
        if(getppid()!=mine) _exit(8);
        _exit(5);
    }
    C(c>0);
    C(waitpid(c,&st,0)==c);
    C(WEXITSTATUS(st)==5);
    c=syscall(SYS_fork);
    C(c>=0);
    if(!c){
        _exit(6);
    }
    C(waitpid(c,&st,0)==c);
    C(WEXITSTATUS(st)==6);
    char*av[]={"/bin/true",0};
    C(posix_spawn(&c,"/bin/true",0,0,av,environ)==0);
    C(waitpid(c,&st,0)==c);
    C(st==0);
    C(system("exit 3")==3<<8);
    FILE*f=popen("echo hi","r");
    char b[8];
    C(fgets(b,8,f)&&!strcmp(b,"hi\n"));
    C(pclose(f)==0);
    C(waitpid(-1,&st,WNOHANG)==-1&&errno==ECHILD);
}
static void threads(void){
    pthread_t t[8];
    for(long i=0;i<8;i++) C(pthread_create(&t[i],0,thread,(void*)i)==0);
    for(long i=0;i<8;i++){
        void*r;
        C(pthread_join(t[i],&r)==0&&r==(void*)i);
    }
    pthread_t c;
    C(pthread_create(&c,0,cancelled,0)==0);
    struct timespec n={0,1000000};
    nanosleep(&n,0);
    C(pthread_cancel(c)==0);
    void*r;
    C(pthread_join(c,&r)==0&&r==PTHREAD_CANCELED);
}
int main(int n,char**v){
    long rounds=0;
    mainThread=pthread_self();
    puts("ready");
    fflush(stdout);
    int flags=fcntl(0,F_GETFL);
    fcntl(0,F_SETFL,flags|O_NONBLOCK);
    char b[8];
    ssize_t r;
    do {
        simple();
        signals();
        children(v[0]);
        threads();
        rounds++;
        r=read(0,b,8);
    }
    while(r<0&&errno==EAGAIN);
    printf("%ld rounds right\n",rounds);
    return 0;
}
