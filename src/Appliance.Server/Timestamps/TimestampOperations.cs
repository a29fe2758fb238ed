using System.Numerics;
using Appliance.Ledger;
using Appliance.Server.Csc;
using Appliance.Server.Csc.Fields;
using Appliance.Server.Csc.Inputs;
using Appliance.Signing;
using Appliance.Storage;
using Appliance.Timestamping;

namespace Appliance.Server.Timestamps;

/// <summary>
/// Time stamps for callers with an access token, wire-neutral: signatures/timestamp of CSC, one of many digests, and
/// batches. Who has no token goes to an open unit by POST /tsa.
/// </summary>
/// <param name="operations">Who may, and the audit trail.</param>
/// <param name="service">The authority.</param>
/// <param name="access">On what terms.</param>
/// <param name="places">Where digests wait that come in numbers.</param>
/// <param name="answerBytes">Bytes of the largest answer: one that is too long when all is stamped is lost.</param>
/// <param name="logger">Where failures are told.</param>
internal sealed partial class TimestampOperations(
    CscOperations operations,
    TimestampService service,
    TimestampAccess access,
    ItemPlaces places,
    int answerBytes,
    ILogger<TimestampOperations> logger)
{
    /// <summary>Most digests of a call for single tokens.</summary>
    public const int MaxDigests = 1_000;

    /// <summary>What the wire puts around each token or archive time-stamp, rounded up.</summary>
    private const int Framing = 16;

    /// <summary>signatures/timestamp: the TimeStampToken.</summary>
    public async ValueTask<Answer<ReadOnlyMemory<byte>>> TimestampAsync(
        CscVersion version, Caller caller, TimestampInput input, CancellationToken cancellationToken)
    {
        _ = version;
        if (await operations.DemandAsync(
                caller, ClientOperations.Timestamp, CscMethods.Timestamp, cancellationToken) is { } forbidden)
        {
            return forbidden;
        }

        if (TimestampRules.Read(input, service, out var manner, out var request) is { } error)
        {
            return await operations.RefuseAsync(caller, CscMethods.Timestamp, null, error, cancellationToken);
        }

        var answer = await StampAsync(
            caller, manner!, request, CscMethods.Timestamp, input.TimeLeft, cancellationToken);
        return answer.Failure == TimestampFailure.BadAlgorithm
            ? CscErrors.InvalidParameter("hashAlgo")
            : answer.Error is { } refusal ? refusal : answer.Token;
    }

    /// <summary>timestamps/batch: one token over the root of a hash tree, and what leads each digest there.</summary>
    public async ValueTask<Answer<StampBatchResult>> BatchAsync(
        CscVersion version, Caller caller, StampBatchInput input, CancellationToken cancellationToken)
    {
        _ = version;
        if (await operations.DemandAsync(
                caller, ClientOperations.Timestamp, CscMethods.StampBatch, cancellationToken) is { } forbidden)
        {
            return forbidden;
        }

        var error = TimestampRules.Read(input, service, out var manner, out var algorithm);
        var digests = input.Hashes.Values;
        error ??= CheckAnswer(manner!, digests.Count, TreeBytes(digests.Count, digests[0].Length));
        if (error is not null)
        {
            return await operations.RefuseAsync(caller, CscMethods.StampBatch, null, error, cancellationToken);
        }

        var batch = new TimestampBatch(algorithm, digests);
        var request = manner!.RequestFor(algorithm, batch.Root, input.Nonce.Value);
        var answer = await StampAsync(
            caller, manner, request, CscMethods.StampBatch, input.TimeLeft, cancellationToken);
        return answer.Error is { } refusal
            ? refusal
            : new StampBatchResult(
                answer.Token, [.. digests.Select(digest => batch.For(digest, answer.Token).Encode())]);
    }

    /// <summary>Reads what applies to all digests of a call for many, or to the items of a stream.</summary>
    public CscError? ReadManner(
        FieldText unit, FieldText policy, FieldFlag certReq, FieldText credentialId, out StampManner? manner)
        => TimestampRules.ReadManner(service, unit, policy, certReq, credentialId, out manner);

    /// <summary>A refusal of an item before it was one, in the audit trail.</summary>
    public ValueTask<CscError> RefuseAsync(Caller caller, CscError error, CancellationToken cancellationToken)
        => operations.RefuseAsync(caller, CscMethods.Stamp, null, error, cancellationToken);

    /// <summary>One time stamp, as an item of a stream; its place is the caller's concern.</summary>
    public ValueTask<StampOutcome> StampAsync(Caller caller, StampOrder order, CancellationToken cancellationToken)
        => order.Failure == TimestampFailure.None
            ? StampAsync(caller, order.Manner, order.Request, CscMethods.Stamp, null, cancellationToken)
            : new ValueTask<StampOutcome>(StampOutcome.Of(order.Failure));

    /// <summary>
    /// Many time stamps, in their order. An error is of the caller, and none was made; what is wrong with one is in its
    /// outcome and hurts no other.
    /// </summary>
    public async ValueTask<Answer<StampOutcome[]>> StampAsync(
        Caller caller, StampOrder[] orders, CancellationToken cancellationToken)
    {
        // 1 Who may, and what can be asked for at all.
        var outcomes = new StampOutcome[orders.Length];
        var calls = new StampCall[orders.Length];
        var indices = new int[orders.Length];
        var count = 0;
        var isBulk = orders.Length > LedgerWork.MostInteractiveRows;
        for (var i = 0; i < orders.Length; i++)
        {
            if (orders[i].Failure != TimestampFailure.None)
            {
                outcomes[i] = StampOutcome.Of(orders[i].Failure);
                continue;
            }

            var call = await access.AdmitAsync(
                caller,
                orders[i].Manner.Unit,
                orders[i].Request,
                orders[i].Manner.CredentialId,
                CscMethods.Stamp,
                cancellationToken);
            if (call.Error is { } refusal)
            {
                return refusal;
            }

            (calls[count], indices[count]) = (call.Value with { IsBulk = isBulk }, i);
            count++;
        }

        // 2 Many leave the places of interactive calls to those.
        if (count == 0)
        {
            return outcomes;
        }

        if (access.TryBegin(caller, count, out var work) is { } busy)
        {
            return busy;
        }

        try
        {
            await StampAllAsync(caller, calls.AsMemory(0, count), indices, outcomes, cancellationToken);
            return outcomes;
        }
        finally
        {
            work.End();
        }
    }

    /// <summary>3 All that have a place go to the ledger together; usually that is all.</summary>
    private async ValueTask StampAllAsync(
        Caller caller,
        ReadOnlyMemory<StampCall> calls,
        ReadOnlyMemory<int> indices,
        StampOutcome[] outcomes,
        CancellationToken cancellationToken)
    {
        var client = Admission.ClientOf(caller);
        for (var next = 0; next < calls.Length;)
        {
            var taken = await places.TakeSomeAsync(client, calls.Length - next, cancellationToken);
            try
            {
                await StampTogetherAsync(calls.Slice(next, taken), indices.Slice(next, taken), outcomes);
            }
            finally
            {
                places.Leave(client, taken);
            }

            next += taken;
        }
    }

    /// <summary>Null when the answer to so many digests has its limits; else how many are too many.</summary>
    /// <param name="manner">How they are stamped.</param>
    /// <param name="count">How many digests.</param>
    /// <param name="besidesToken">Bytes of each that are not its token.</param>
    public CscError? CheckAnswer(StampManner manner, int count, int besidesToken = 0)
    {
        var each = manner.Unit.MaxTokenLength(manner.WithCertificates) + besidesToken + Framing;
        return count <= answerBytes / each
            ? null
            : CscErrors.Invalid(
                $"Too many hashes for one answer: {answerBytes / each} are the most for this unit, with these options");
    }

    /// <summary>Bytes of a reduced hash tree, rounded up: a list for each level, and one hash more.</summary>
    private static int TreeBytes(int leaves, int digestLength)
        => (BitOperations.Log2((uint)leaves) + 2) * (digestLength + Framing);

    private async ValueTask<StampOutcome> StampAsync(
        Caller caller,
        StampManner manner,
        ReadOnlyMemory<byte> request,
        string method,
        TimeSpan? timeLeft,
        CancellationToken cancellation)
    {
        var call = await access.AdmitAsync(caller, manner.Unit, request, manner.CredentialId, method, cancellation);
        if (call.Error is { } refusal)
        {
            return new StampOutcome(default, refusal);
        }

        // An item of a stream has no time of its own.
        var result = timeLeft is { } left
            ? await access.StampAsync(caller, call.Value, left)
            : await access.StampItemAsync(caller, call.Value);
        return result.Error is { } busy ? new StampOutcome(default, busy) : OutcomeOf(result.Value);
    }

    private StampOutcome OutcomeOf(in StampResult result) => StampOutcome.Of(result, access.ErrorOf(result));

    /// <summary>Whatever happens, nothing of it runs on when this is done.</summary>
    private async ValueTask StampTogetherAsync(
        ReadOnlyMemory<StampCall> calls, ReadOnlyMemory<int> indices, StampOutcome[] outcomes)
    {
        var running = new ValueTask<StampResult>[calls.Length];
        service.StampAll(calls.Span, running);
        for (var i = 0; i < running.Length; i++)
        {
            StampOutcome outcome;
            try
            {
                outcome = OutcomeOf(await running[i]);
            }
            catch (Exception error)
            {
                Log.StampThrew(logger, error);
                outcome = new StampOutcome(default, CscErrors.For(error));
            }

            outcomes[indices.Span[i]] = outcome;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(8111, LogLevel.Error, "One of many time stamps failed.")]
        public static partial void StampThrew(ILogger logger, Exception exception);
    }
}
