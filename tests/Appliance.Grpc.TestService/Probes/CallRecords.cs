using System.Collections.Concurrent;
using Appliance.Grpc.TestService.Protos;

namespace Appliance.Grpc.TestService.Probes;

/// <summary>The records of the calls that their clients gave names.</summary>
internal sealed class CallRecords
{
    /// <summary>The metadata entry with the name.</summary>
    public const string Key = "x-test-call";

    private const int MaxRecords = 10_000;

    private static readonly GrpcStatus s_tooMany = new(
        GrpcStatusCode.ResourceExhausted, "The server keeps records of 10,000 calls at most.");

    private readonly ConcurrentDictionary<string, CallRecord> _records = new(StringComparer.Ordinal);

    /// <summary>The record of that name; made here when the report is asked for before the call has come.</summary>
    /// <exception cref="GrpcStatusException">There are too many.</exception>
    public CallRecord Of(string name)
        => _records.TryGetValue(name, out var known) ? known
            : _records.Count < MaxRecords ? _records.GetOrAdd(name, _ => new CallRecord())
            : throw new GrpcStatusException(s_tooMany);

    /// <summary>Runs a handler and records how it ends.</summary>
    public async Task Follow(GrpcCallContext call, Func<CallRecord, Task> handler)
    {
        var record = call.GetMetadata(Key) is { } name ? Of(name) : new CallRecord();
        record.Start();
        var state = ReportResponse.Types.State.Completed;
        try
        {
            await handler(record);
        }
        catch (OperationCanceledException)
        {
            state = ReportResponse.Types.State.Cancelled;
            throw;
        }
        finally
        {
            record.End(state);
        }
    }
}
