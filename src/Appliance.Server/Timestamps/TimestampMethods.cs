using Appliance.Server.Csc;
using Appliance.Server.Csc.Answers;
using Appliance.Server.Csc.Inputs;
using Appliance.Server.Csc.Rest;
using Appliance.Server.Options;

namespace Appliance.Server.Timestamps;

/// <summary>
/// Time stamps over REST beside POST /tsa: signatures/timestamp in both versions of CSC, and batches.
/// </summary>
internal sealed class TimestampMethods(
    TimestampOperations timestamps, CscOperations operations, LimitSettings limits)
{
    private readonly RestCalls _calls = new(operations, limits.RequestBytes);

    public IEnumerable<CscRoute> Routes() =>
    [
        new(CscVersion.V1, CscMethods.Timestamp, TimestampAsync),
        new(CscVersion.V2, CscMethods.Timestamp, TimestampAsync),
        new(CscVersion.V2, CscMethods.StampBatch, BatchAsync) { Path = "/timestamps/v1/batch" },
    ];

    private async ValueTask TimestampAsync(HttpContext http, CscRoute route)
    {
        var answer = await _calls.CallAsync(http, route, InputJson.Default.TimestampInput, timestamps.TimestampAsync);
        await RestCalls.ReplyAsync(
            http, answer.Map(static token => new TimestampAnswer(token)), AnswerJson.Default.TimestampAnswer);
    }

    private async ValueTask BatchAsync(HttpContext http, CscRoute route)
    {
        var answer = await _calls.CallAsync(http, route, InputJson.Default.StampBatchInput, timestamps.BatchAsync);
        await RestCalls.ReplyAsync(
            http,
            answer.Map(static batch => new StampBatchAnswer(batch.Token, batch.ArchiveTimestamps)),
            AnswerJson.Default.StampBatchAnswer);
    }
}
