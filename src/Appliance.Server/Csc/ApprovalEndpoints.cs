using System.Text.Json.Serialization.Metadata;
using Appliance.Server.Csc.Answers;
using Appliance.Server.Csc.Inputs;
using Appliance.Server.Csc.Rest;
using Appliance.Server.Hosting.Peers;

namespace Appliance.Server.Csc;

/// <summary>
/// Approvals over REST. Whoever was sent a link may call, so a request is small and takes its place among the calls in
/// work when it is all there.
/// </summary>
internal sealed class ApprovalEndpoints(ApprovalOperations approvals)
{
    public IEnumerable<CscRoute> Routes() =>
    [
        Route(CscMethods.ApprovalShow, approvals.ShowAsync, AnswerJson.Default.ApprovalAnswer),
        Route(CscMethods.ApprovalApprove, approvals.ApproveAsync, AnswerJson.Default.ApprovalStateAnswer),
        Route(CscMethods.ApprovalDeny, approvals.DenyAsync, AnswerJson.Default.ApprovalStateAnswer),
        Route(CscMethods.ApprovalList, approvals.ListAsync, AnswerJson.Default.ApprovalListAnswer),
    ];

    private CscRoute Route<T>(string method, CscOperation<ApprovalInput, T> operation, JsonTypeInfo<T> type)
        => new(CscVersion.V2, method, (http, _) => ServeAsync(http, operation, type), AdmitsItself: true)
        {
            Path = $"/approvals/v1/{method["approvals/".Length..]}",
        };

    private async ValueTask ServeAsync<T>(
        HttpContext http, CscOperation<ApprovalInput, T> operation, JsonTypeInfo<T> type)
    {
        var input = await RequestBody.ReadAsync(
            http.Request, InputJson.Default.ApprovalInput, CscOperations.LoginBytes, http.RequestAborted);
        if (input.Error is { } malformed)
        {
            await JsonReply.WriteErrorAsync(http, malformed);
            return;
        }

        var answer = await approvals.EnterAsync(
            http.Request.Headers.Authorization,
            PeerFacts.Of(http).IsSafe,
            input.Value,
            operation,
            http.RequestAborted);
        await (answer.Error is { } error
            ? JsonReply.WriteErrorAsync(http, error)
            : JsonReply.WriteAsync(http, answer.Value, type));
    }
}
