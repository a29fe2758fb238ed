using System.Collections.Frozen;
using Appliance.Server.Csc;
using Appliance.Server.Csc.Rest;
using Appliance.Server.Hosting.Peers;
using Appliance.Storage;

namespace Appliance.Server.Enrolments;

/// <summary>
/// Enrolment over REST: POST with JSON under /factors/v1/ and /signers/v1/. Much of it anybody may call, so a call
/// takes its place when its small body is all there, and calls without a token have few.
/// </summary>
internal sealed partial class FactorEndpoints
{
    private readonly FrozenDictionary<string, FactorRoute> _routes;
    private readonly FactorCalls _calls;
    private readonly ILogger _logger;

    public FactorEndpoints(FactorOperations factors, FactorCalls calls, ILogger<FactorEndpoints> logger)
    {
        _calls = calls;
        _logger = logger;
        _routes = Routes(factors).ToFrozenDictionary(static route => route.Path, StringComparer.Ordinal);
    }

    /// <summary>What serves the request's path; null when it is none of enrolment.</summary>
    public FactorRoute? Find(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "/";
        return _routes.TryGetValue(path, out var route) || _routes.TryGetValue(CscPath.Normalize(path), out route)
            ? route
            : null;
    }

    /// <summary>Answers one request.</summary>
    public async Task HandleAsync(HttpContext http, FactorRoute route)
    {
        if (!HttpMethods.IsPost(http.Request.Method))
        {
            http.Response.Headers.Allow = HttpMethods.Post;
            await JsonReply.WriteErrorAsync(http, CscErrors.NotPost);
            return;
        }

        try
        {
            await ServeAsync(http, route);
        }
        catch (Exception error)
        {
            await TellAsync(http, route, error);
        }
    }

    private static IEnumerable<FactorRoute> Routes(FactorOperations factors)
    {
        yield return new("/factors/v1/status", factors.StatusAsync, FactorAnswers.FromStatus);
        yield return Of("/factors/v1/invite", factors.InvitePairingAsync);
        yield return Of("/factors/v1/open", factors.OpenAsync);
        yield return Of("/factors/v1/send", factors.SendAsync);
        yield return Of("/factors/v1/confirm", factors.ConfirmAsync);
        yield return Of("/factors/v1/activate", factors.ActivateAsync);
        yield return Of("/factors/v1/pin", factors.SetPinAsync);
        yield return Of("/signers/v1/invite", factors.InviteActivationAsync);
        yield return Of("/signers/v1/recover", factors.RecoverAsync);
        yield return Of("/signers/v1/password/finish", factors.FinishPasswordAsync);
        yield return Of("/signers/v1/password/change", factors.ChangePasswordAsync);
        yield return Of("/signers/v1/phone/start", factors.StartPhoneAsync);
        yield return Of("/signers/v1/phone/confirm", factors.ConfirmPhoneAsync);
        yield return Of("/signers/v1/phone/finish", factors.FinishPhoneAsync);

        static FactorRoute Of(string path, FactorOperation operation) => new(path, operation, FactorAnswers.From);
    }

    private async Task ServeAsync(HttpContext http, FactorRoute route)
    {
        var input = await RequestBody.ReadAsync(
            http.Request, FactorJson.Default.FactorInput, CscOperations.LoginBytes, http.RequestAborted);
        if (input.Error is { } malformed)
        {
            await JsonReply.WriteErrorAsync(http, malformed);
            return;
        }

        var answer = await _calls.RunAsync(
            route.Path,
            route.Operation,
            http.Request.Headers.Authorization,
            input.Value,
            PeerFacts.Of(http).IsSafe,
            http.RequestAborted);
        if (answer.Error is { } error)
        {
            await JsonReply.WriteErrorAsync(http, error);
            return;
        }

        await JsonReply.WriteAsync(http, route.Write(answer.Value), FactorJson.Default.FactorAnswer);
    }

    private async Task TellAsync(HttpContext http, FactorRoute route, Exception error)
    {
        if (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        if (error is not (StoreException { IsTemporary: true } or BadHttpRequestException))
        {
            Log.Failed(_logger, route.Path, error);
        }

        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }

        await JsonReply.WriteErrorAsync(
            http, error is BadHttpRequestException ? CscErrors.Malformed : CscErrors.For(error));
    }

    private static partial class Log
    {
        [LoggerMessage(8150, LogLevel.Error, "{Path} failed.")]
        public static partial void Failed(ILogger logger, string path, Exception error);
    }
}
