using System.Globalization;
using Appliance.Grpc;
using Appliance.Grpc.TestService;

// Prints its port; then, for each line of standard input, what the process holds after a full collection, in bytes:
// RESIDENT HEAP. Ends with standard input.
await using var host = await TestServiceHost.StartAsync(new GrpcServerOptions());
Console.WriteLine(host.Port.ToString(CultureInfo.InvariantCulture));
while (Console.ReadLine() is not null)
{
    GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    GC.WaitForPendingFinalizers();
    GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    var heap = GC.GetTotalMemory(forceFullCollection: false);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Environment.WorkingSet} {heap}"));
}
