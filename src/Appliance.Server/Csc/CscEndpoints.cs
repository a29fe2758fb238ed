using System.Collections.Frozen;
using Appliance.Identity;
using Appliance.Server.Csc.Answers;
using Appliance.Server.Csc.Inputs;
using Appliance.Server.Csc.OAuth;
using Appliance.Server.Csc.Rest;
using Appliance.Server.Csc.Rules;
using Appliance.Server.Csc.Views;
using Appliance.Server.Hosting.Peers;
using Appliance.Server.Options;
using Appliance.Signing;
using Appliance.Storage;

namespace Appliance.Server.Csc;

/// <summary>
/// The REST wire: every path under /csc/ and of methods of our own is found in one frozen table; every answer, errors
/// included, is JSON.
/// </summary>
internal sealed partial class CscEndpoints
{
    /// <summary>
    /// Methods of the standard that info.methods does not list: 501 (CSC API 1.0.4.0 section 10.1). So is
    /// signatures/timestamp where nobody serves it.
    /// </summary>
    private static readonly string[] s_notImplemented =
    [
        "credentials/create",
        "credentials/delete",
        "signatures/signDoc",
        "signatures/signPolling",
        "oauth2/authorize",
        "oauth2/pushed_authorize",
    ];

    private readonly FrozenDictionary<string, CscRoute> _routes;
    private readonly CscOperations _operations;
    private readonly BulkOperations _bulk;
    private readonly OAuthEndpoints _oauth;
    private readonly CscOperation<SignHashInput, SignHashResult> _signHash;
    private readonly Admission _admission;
    private readonly RestCalls _calls;
    private readonly string _lang;
    private readonly bool _hasTimestamps;
    private readonly ILogger _logger;

    /// <summary>Makes the wire.</summary>
    /// <param name="operations">What both wires call.</param>
    /// <param name="bulk">The same for bulk activations.</param>
    /// <param name="oauth">The token endpoint of client applications.</param>
    /// <param name="info">What info tells.</param>
    /// <param name="admission">Places for calls in work, shared with gRPC.</param>
    /// <param name="bodyLimit">Largest request body in bytes.</param>
    /// <param name="logger">Where failures are told; never what a request held.</param>
    /// <param name="others">Paths that others serve.</param>
    public CscEndpoints(
        CscOperations operations,
        BulkOperations bulk,
        OAuthEndpoints oauth,
        InfoSettings info,
        Admission admission,
        int bodyLimit,
        ILogger<CscEndpoints> logger,
        IEnumerable<CscRoute>? others = null)
    {
        _operations = operations;
        _bulk = bulk;
        _oauth = oauth;
        _signHash = operations.SignHashAsync; // Once, not for each call.
        _admission = admission;
        _calls = new RestCalls(operations, bodyLimit);
        _lang = info.Lang;
        _logger = logger;
        var served = others?.ToArray() ?? [];
        _hasTimestamps = served.Any(static route => route.Method == CscMethods.Timestamp);
        _routes = Routes(info).Concat(served).ToFrozenDictionary(
            static route => route.Path, StringComparer.Ordinal);
    }

    /// <summary>Answers one request, whatever its path.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "/";
        if (!_routes.TryGetValue(path, out var route) && !_routes.TryGetValue(CscPath.Normalize(path), out route))
        {
            await JsonReply.WriteErrorAsync(http, CscErrors.UnknownPath);
            return;
        }

        if (route.Serve is null)
        {
            await JsonReply.WriteErrorAsync(http, CscErrors.NotImplemented);
            return;
        }

        if (!HttpMethods.IsPost(http.Request.Method))
        {
            http.Response.Headers.Allow = HttpMethods.Post;
            await JsonReply.WriteErrorAsync(http, CscErrors.NotPost);
            return;
        }

        if (!route.AdmitsItself && _admission.TryEnter() is { } refusal)
        {
            await JsonReply.WriteErrorAsync(http, refusal);
            return;
        }

        try
        {
            await route.Serve(http, route);
        }
        catch (Exception error)
        {
            await TellAsync(http, route, error);
        }
        finally
        {
            if (!route.AdmitsItself)
            {
                _admission.Leave();
            }
        }
    }

    private IEnumerable<CscRoute> Routes(InfoSettings info)
    {
        foreach (var version in new[] { CscVersion.V1, CscVersion.V2 })
        {
            yield return new(version, CscMethods.ServiceInfo, (http, route) => InfoAsync(http, route, info));
            yield return new(version, CscMethods.Token, _oauth.TokenAsync, AdmitsItself: true);
            yield return new(version, CscMethods.TokenRevoke, _oauth.RevokeAsync, AdmitsItself: true);
            yield return new(version, CscMethods.Login, LoginAsync, AdmitsItself: true);
            yield return new(version, CscMethods.Revoke, RevokeAsync);
            yield return new(version, CscMethods.List, version == CscVersion.V1 ? ListV1Async : ListV2Async);
            yield return new(version, CscMethods.Info, version == CscVersion.V1 ? InfoV1Async : InfoV2Async);
            yield return new(version, CscMethods.Extend, ExtendAsync);
            yield return new(version, CscMethods.SignHash, SignHashAsync);
            foreach (var method in s_notImplemented)
            {
                yield return new(version, method, null);
            }

            if (!_hasTimestamps)
            {
                yield return new(version, CscMethods.Timestamp, null);
            }
        }

        yield return new(CscVersion.V1, CscMethods.Authorize, AuthorizeV1Async, AdmitsItself: true);
        yield return new(CscVersion.V1, CscMethods.SendOtp, SendCodeAsync);
        yield return new(CscVersion.V1, CscMethods.Check, null);
        yield return new(CscVersion.V1, CscMethods.Challenge, null);
        yield return new(CscVersion.V2, CscMethods.Authorize, AuthorizeV2Async);
        yield return new(CscVersion.V2, CscMethods.Check, CheckAsync);
        yield return new(CscVersion.V2, CscMethods.Challenge, SendCodeAsync);
        yield return new(CscVersion.V2, CscMethods.SendOtp, null);

        // info.oauth2 need not be under /csc (csc-api section 0).
        yield return new(CscVersion.V2, CscMethods.Token, _oauth.TokenAsync, AdmitsItself: true)
        {
            Path = "/oauth2/token",
        };
        yield return new(CscVersion.V2, CscMethods.TokenRevoke, _oauth.RevokeAsync, AdmitsItself: true)
        {
            Path = "/oauth2/revoke",
        };
        yield return Bulk(CscMethods.BulkOpen, "open", BulkOpenAsync);
        yield return Bulk(CscMethods.BulkFill, "fill", BulkFillAsync);
        yield return Bulk(CscMethods.BulkClose, "close", BulkCloseAsync);

        static CscRoute Bulk(string method, string step, Func<HttpContext, CscRoute, ValueTask> serve)
            => new(CscVersion.V2, method, serve) { Path = $"/bulk/v1/activations/{step}" };
    }

    private ValueTask InfoAsync(HttpContext http, CscRoute route, InfoSettings info)
    {
        var oauth2 = InfoView.OAuth2Of(info, http.Request);
        return route.Version == CscVersion.V1
            ? JsonReply.WriteAsync(
                http, InfoView.Version1(info, oauth2, _hasTimestamps), AnswerJson.Default.InfoAnswerV1)
            : JsonReply.WriteAsync(
                http, InfoView.Version2(info, oauth2, _hasTimestamps), AnswerJson.Default.InfoAnswerV2);
    }

    /// <summary>
    /// Anybody may call it, so it takes its place when the request is all there: strangers whose bodies trickle in
    /// would else hold all places and stop everybody's signing.
    /// </summary>
    private async ValueTask LoginAsync(HttpContext http, CscRoute route)
    {
        var input = await RequestBody.ReadAsync(
            http.Request, InputJson.Default.LoginInput, CscOperations.LoginBytes, http.RequestAborted);
        if ((input.Error ?? _admission.TryEnter(isToBeKnown: false)) is { } refusal)
        {
            await JsonReply.WriteErrorAsync(http, refusal);
            return;
        }

        try
        {
            var isSafe = PeerFacts.Of(http).IsSafe;
            var answer = await _operations.LoginAsync(
                input.Value, http.Request.Headers.Authorization, isSafe, http.RequestAborted);
            await RestCalls.ReplyAsync(http, answer.Map(ToAnswer), AnswerJson.Default.LoginAnswer);
        }
        finally
        {
            _admission.Leave();
        }

        static LoginAnswer ToAnswer(LoginResult result)
            => new(result.AccessToken, result.RefreshToken, result.ExpiresIn);
    }

    private async ValueTask RevokeAsync(HttpContext http, CscRoute route)
    {
        var answer = await _calls.CallAsync(http, route, InputJson.Default.RevokeInput, _operations.RevokeAsync);
        if (answer.Error is { } error)
        {
            await JsonReply.WriteErrorAsync(http, error);
        }
        else
        {
            http.Response.StatusCode = StatusCodes.Status204NoContent;
        }
    }

    private async ValueTask ListV1Async(HttpContext http, CscRoute route)
    {
        var answer = await _calls.CallAsync(http, route, InputJson.Default.ListInput, _operations.ListAsync);
        await RestCalls.ReplyAsync(
            http,
            answer.Map(static list => new ListAnswerV1(
                [.. list.Credentials.Select(CredentialView.IdOf)], list.NextPageToken)),
            AnswerJson.Default.ListAnswerV1);
    }

    private async ValueTask ListV2Async(HttpContext http, CscRoute route)
    {
        var answer = await _calls.CallAsync(http, route, InputJson.Default.ListInput, _operations.ListAsync);
        await RestCalls.ReplyAsync(
            http,
            answer.Map(list => CredentialView.ListVersion2(list, _lang)),
            AnswerJson.Default.ListAnswerV2);
    }

    private async ValueTask InfoV1Async(HttpContext http, CscRoute route)
    {
        var answer = await _calls.CallAsync(http, route, InputJson.Default.CredentialInput, _operations.InfoAsync);
        await RestCalls.ReplyAsync(
            http,
            answer.Map(found => CredentialView.Version1(found.Credential, found.Selectors, _lang)),
            AnswerJson.Default.CredentialAnswerV1);
    }

    private async ValueTask InfoV2Async(HttpContext http, CscRoute route)
    {
        var answer = await _calls.CallAsync(http, route, InputJson.Default.CredentialInput, _operations.InfoAsync);
        await RestCalls.ReplyAsync(
            http,
            answer.Map(found => CredentialView.Version2(found.Credential, found.Selectors, _lang, named: false)),
            AnswerJson.Default.CredentialAnswerV2);
    }

    /// <summary>
    /// Version 1 has no way to ask again, so the call waits for a signer that approves elsewhere: without its place
    /// among the calls in work, or those that wait would keep out the rest.
    /// </summary>
    private async ValueTask AuthorizeV1Async(HttpContext http, CscRoute route)
    {
        if (_admission.TryEnter() is { } refusal)
        {
            await JsonReply.WriteErrorAsync(http, refusal);
            return;
        }

        Caller asking = default;
        Answer<AuthorizeResult> answer;
        try
        {
            answer = await _calls.CallAsync(
                http,
                route,
                InputJson.Default.AuthorizeInput,
                (version, caller, input, cancellationToken) =>
                {
                    asking = caller;
                    return _operations.AuthorizeAsync(version, caller, input, cancellationToken);
                });
        }
        finally
        {
            _admission.Leave();
        }

        if (answer.Error is null && answer.Value.Handle is { } handle)
        {
            answer = await _operations.WaitAsync(asking, handle, http.RequestAborted);
        }

        await RestCalls.ReplyAsync(http, answer.Map(ToAnswer), AnswerJson.Default.AuthorizeAnswer);
    }

    private async ValueTask AuthorizeV2Async(HttpContext http, CscRoute route)
    {
        var answer = await _calls.CallAsync(http, route, InputJson.Default.AuthorizeInput, _operations.AuthorizeAsync);
        await ReplyAsync(http, answer);
    }

    private async ValueTask CheckAsync(HttpContext http, CscRoute route)
    {
        var answer = await _calls.CallAsync(http, route, InputJson.Default.CheckInput, _operations.CheckAsync);
        await ReplyAsync(http, answer);
    }

    /// <summary>
    /// sendOTP of version 1, getChallenge of version 2: the code goes to the signer, the caller is told nothing.
    /// </summary>
    private async ValueTask SendCodeAsync(HttpContext http, CscRoute route)
    {
        var answer = await _calls.CallAsync(http, route, InputJson.Default.ChallengeInput, _operations.SendCodeAsync);
        if (answer.Error is { } error)
        {
            await JsonReply.WriteErrorAsync(http, error);
        }
        else
        {
            http.Response.StatusCode = StatusCodes.Status204NoContent;
        }
    }

    private async ValueTask ExtendAsync(HttpContext http, CscRoute route)
    {
        var answer = await _calls.CallAsync(http, route, InputJson.Default.ExtendInput, _operations.ExtendAsync);
        await RestCalls.ReplyAsync(http, answer.Map(ToAnswer), AnswerJson.Default.AuthorizeAnswer);
    }

    private async ValueTask SignHashAsync(HttpContext http, CscRoute route)
    {
        var answer = await _calls.CallAsync(
            http,
            route,
            InputJson.Default.SignHashInput,
            _signHash,
            static (input, headers) => input.RequestIdHeader = headers[RequestIds.Header]);
        if (answer.Error is null && answer.Value.IsRedelivered)
        {
            http.Response.Headers[RequestIds.ReplayedHeader] = "true";
        }

        await RestCalls.ReplyAsync(
            http,
            answer.Map(static result => new SignHashAnswer(result.Signatures)),
            AnswerJson.Default.SignHashAnswer);
    }

    private async ValueTask BulkOpenAsync(HttpContext http, CscRoute route)
    {
        var answer = await _calls.CallAsync(http, route, InputJson.Default.BulkOpenInput, _bulk.OpenAsync);
        await RestCalls.ReplyAsync(
            http,
            answer.Map(static opened => new BulkOpenAnswer(opened.ActivationId.ToString("D"), opened.ExpiresIn)),
            AnswerJson.Default.BulkOpenAnswer);
    }

    private async ValueTask BulkFillAsync(HttpContext http, CscRoute route)
    {
        var answer = await _calls.CallAsync(http, route, InputJson.Default.BulkFillInput, _bulk.FillAsync);
        await RestCalls.ReplyAsync(
            http, answer.Map(static _ => new BulkFillAnswer()), AnswerJson.Default.BulkFillAnswer);
    }

    private async ValueTask BulkCloseAsync(HttpContext http, CscRoute route)
    {
        var answer = await _calls.CallAsync(http, route, InputJson.Default.BulkCloseInput, _bulk.CloseAsync);
        await RestCalls.ReplyAsync(http, answer.Map(ToAnswer), AnswerJson.Default.AuthorizeAnswer);
    }

    /// <summary>200 with the SAD, or 202 with the handle to ask with.</summary>
    private static ValueTask ReplyAsync(HttpContext http, Answer<AuthorizeResult> answer)
        => answer.Error is null && answer.Value.Handle is { } handle
            ? JsonReply.WriteAsync(
                http, StatusCodes.Status202Accepted, new HandleAnswer(handle), AnswerJson.Default.HandleAnswer)
            : RestCalls.ReplyAsync(http, answer.Map(ToAnswer), AnswerJson.Default.AuthorizeAnswer);

    private static AuthorizeAnswer ToAnswer(AuthorizeResult result) => new(result.Sad, result.ExpiresIn);

    /// <summary>The client went away, sent what HTTP does not allow, or found a fault of ours.</summary>
    private async ValueTask TellAsync(HttpContext http, CscRoute route, Exception error)
    {
        if (http.RequestAborted.IsCancellationRequested)
        {
            Log.ClientGone(_logger, route.Method);
            return;
        }

        if (error is StoreException { IsTemporary: true })
        {
            // Every call ends so while the store is away, and what watches it has told the log.
            Log.StoreAway(_logger, route.Method, error.Message);
        }
        else if (error is not BadHttpRequestException)
        {
            Log.Failed(_logger, route.Method, error);
        }

        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }

        await JsonReply.WriteErrorAsync(
            http,
            error switch
            {
                BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => CscErrors.TooLarge,
                BadHttpRequestException => CscErrors.Malformed,
                _ => CscErrors.For(error),
            });
    }

    private static partial class Log
    {
        [LoggerMessage(8100, LogLevel.Debug, "The client of {Method} went away.")]
        public static partial void ClientGone(ILogger logger, string method);

        [LoggerMessage(8102, LogLevel.Debug, "{Method} found no store: {Error}")]
        public static partial void StoreAway(ILogger logger, string method, string error);

        [LoggerMessage(8101, LogLevel.Error, "{Method} failed.")]
        public static partial void Failed(ILogger logger, string method, Exception error);
    }
}
