using System.Text.Json.Serialization.Metadata;
using Appliance.Server.Csc.Answers;
using Appliance.Server.Csc.Inputs;
using Appliance.Server.Csc.Rest;

namespace Appliance.Server.Csc;

/// <summary>A signer's account over REST.</summary>
internal sealed class SignerEndpoints(CscOperations operations, SignerOperations signers)
{
    private readonly RestCalls _calls = new(operations, CscOperations.LoginBytes);

    public IEnumerable<CscRoute> Routes() =>
    [
        Route(CscMethods.SignerProfiles, signers.ProfilesAsync, AnswerJson.Default.ProfilesAnswer),
        Route(CscMethods.SignerPackages, signers.PackagesAsync, AnswerJson.Default.PackagesAnswer),
        Route(CscMethods.SignerHistory, signers.HistoryAsync, AnswerJson.Default.HistoryAnswer),
        Route(CscMethods.SignerLimit, signers.LimitAsync, AnswerJson.Default.LimitAnswer),
        Route(CscMethods.SignerRestore, signers.RestoreAsync, AnswerJson.Default.LimitAnswer),
    ];

    private CscRoute Route<T>(string method, CscOperation<SignerInput, T> operation, JsonTypeInfo<T> type)
        => new(CscVersion.V2, method, (http, route) => ServeAsync(http, route, operation, type))
        {
            Path = $"/signers/v1/{method["signers/".Length..]}",
        };

    private async ValueTask ServeAsync<T>(
        HttpContext http, CscRoute route, CscOperation<SignerInput, T> operation, JsonTypeInfo<T> type)
        => await RestCalls.ReplyAsync(
            http, await _calls.CallAsync(http, route, InputJson.Default.SignerInput, operation), type);
}
