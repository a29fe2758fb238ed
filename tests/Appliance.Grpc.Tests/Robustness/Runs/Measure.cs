namespace Appliance.Grpc.Tests.Robustness.Runs;

/// <summary>What the server holds after a full collection, in bytes, and what it has open.</summary>
internal sealed record Measure(
    long Resident, long Heap, long Committed, long Requests, long Streams, long Connections, int Threads, int Files)
{
    /// <summary>Nothing of any call is left.</summary>
    public bool IsQuiet => Requests == 0 && Streams == 0 && Connections == 0;

    public override string ToString()
        => $"resident {Resident / 1e6:F1} MB, GC heap {Heap / 1e6:F2} MB, committed {Committed / 1e6:F1} MB, " +
            $"{Threads} threads, {Files} files, open: {Requests} requests, {Streams} streams, {Connections} connections";
}
