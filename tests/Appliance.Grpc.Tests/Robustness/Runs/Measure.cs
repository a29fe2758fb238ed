namespace Appliance.Grpc.Tests.Robustness.Runs;

/// <summary>What the server holds after a full collection, in bytes, and what it has open.</summary>
/// <param name="Resident">Of the whole process.</param>
/// <param name="Heap">Of the garbage-collected heap.</param>
/// <param name="Small">Of it, without large arrays and pinned blocks, which pools keep for later.</param>
/// <param name="Requests">Of HTTP.</param>
/// <param name="Streams">Streaming calls.</param>
/// <param name="Connections">Of Kestrel.</param>
/// <param name="Threads">Of the process.</param>
/// <param name="Files">Descriptors of the process.</param>
internal sealed record Measure(
    long Resident, long Heap, long Small, long Requests, long Streams, long Connections, int Threads, int Files)
{
    /// <summary>Nothing of any call is left.</summary>
    public bool IsQuiet => Requests == 0 && Streams == 0 && Connections == 0;

    public override string ToString()
        => $"resident {Resident / 1e6:F1} MB, GC heap {Heap / 1e6:F2} MB, of it small objects {Small / 1e6:F2} MB, " +
            $"{Threads} threads, {Files} files, " +
            $"open: {Requests} requests, {Streams} streams, {Connections} connections";
}
