using System.Globalization;
using Appliance.Grpc;
using Appliance.Grpc.TestService;
using Appliance.Grpc.TestService.Measures;

// Prints its port; then, for each line of standard input, what the process holds after a full collection:
// RESIDENT HEAP SMALL (bytes) REQUESTS STREAMS CONNECTIONS (open now). SMALL is the part of HEAP that is neither large
// arrays nor pinned: what the pools of the runtime and of Kestrel keep for later is not in it. Errors go to standard
// error, a line each. Ends with standard input.
using var open = new OpenCounts();
await using var host = await TestServiceHost.StartAsync(new GrpcServerOptions(), log: new ErrorLog());
Console.WriteLine(host.Port.ToString(CultureInfo.InvariantCulture));
while (Console.ReadLine() is not null)
{
    GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    GC.WaitForPendingFinalizers();
    GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    var small = 0L;
    foreach (var generation in GC.GetGCMemoryInfo(GCKind.Any).GenerationInfo[..(GC.MaxGeneration + 1)])
    {
        small += generation.SizeAfterBytes - generation.FragmentationAfterBytes;
    }

    var heap = GC.GetTotalMemory(forceFullCollection: false);
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{Environment.WorkingSet} {heap} {small} {open.Requests} {open.Streams} {open.Connections}"));
}
