using System.Globalization;
using Appliance.Grpc;
using Appliance.Grpc.TestService;
using Appliance.Grpc.TestService.Measures;

// Prints its port; then, for each line of standard input, what the process holds after a full collection:
// RESIDENT HEAP COMMITTED (bytes) REQUESTS STREAMS CONNECTIONS (open now). Errors go to standard error, a line each.
// Ends with standard input.
using var open = new OpenCounts();
await using var host = await TestServiceHost.StartAsync(new GrpcServerOptions(), log: new ErrorLog());
Console.WriteLine(host.Port.ToString(CultureInfo.InvariantCulture));
while (Console.ReadLine() is not null)
{
    GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    GC.WaitForPendingFinalizers();
    GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    var heap = GC.GetTotalMemory(forceFullCollection: false);
    var committed = GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes;
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{Environment.WorkingSet} {heap} {committed} {open.Requests} {open.Streams} {open.Connections}"));
}
