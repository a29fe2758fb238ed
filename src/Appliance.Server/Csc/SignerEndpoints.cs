using System.Text.Json.Serialization.Metadata;
using Appliance.Server.Csc.Answers;
using Appliance.Server.Csc.Inputs;
using Appliance.Server.Csc.Rest;

namespace Appliance.Server.Csc;

/// <summary>A signer's account over REST.</summary>
internal sealed class SignerEndpoints(CscOperations operations, SignerOperations signers)
{
    public IEnumerable<CscRoute> Routes() =>
    [
        Route(CscMethods.SignerProfiles, signers.ProfilesAsync, AnswerJson.Default.ProfilesAnswer),
        Route(CscMethods.SignerPackages, signers.PackagesAsync, AnswerJson.Default.PackagesAnswer),
        Route(CscMethods.SignerHistory, signers.HistoryAsync, AnswerJson.Default.HistoryAnswer),
        Route(CscMethods.SignerLimit, signers.LimitAsync, AnswerJson.Default.LimitAnswer),
        Route(CscMethods.SignerRestore, signers.RestoreAsync, AnswerJson.Default.LimitAnswer),
    ];

    private CscRoute Route<T>(string method, CscOperation<SignerInput, T> operation, JsonTypeInfo<T> type)
        => new(CscVersion.V2, method, (http, _) => ServeAsync(http, method, operation, type))
        {
            Path = $"/signers/v1/{method["signers/".Length..]}",
        };

    private async ValueTask ServeAsync<T>(
        HttpContext http, string method, CscOperation<SignerInput, T> operation, JsonTypeInfo<T> type)
    {
        var who = await operations.EnterAsync(http.Request.Headers.Authorization);
        if (who.Error is { } unknown)
        {
            await JsonReply.WriteErrorAsync(http, unknown);
            return;
        }

        try
        {
            var input = await RequestBody.ReadAsync(
                http.Request, InputJson.Default.SignerInput, CscOperations.LoginBytes, http.RequestAborted);
            var answer = input.Error is { } malformed
                ? await operations.RefuseAsync(who.Caller, method, null, malformed, http.RequestAborted)
                : await operation(CscVersion.V2, who.Caller, input.Value, http.RequestAborted);
            await (answer.Error is { } error
                ? JsonReply.WriteErrorAsync(http, error)
                : JsonReply.WriteAsync(http, answer.Value, type));
        }
        finally
        {
            who.Leave();
        }
    }
}
