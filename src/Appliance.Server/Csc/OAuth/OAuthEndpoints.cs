using Appliance.Identity;
using Appliance.Server.Csc.Answers;
using Appliance.Server.Csc.Rest;
using Appliance.Server.Hosting.Peers;

namespace Appliance.Server.Csc.OAuth;

/// <summary>
/// oauth2/token and oauth2/revoke over REST (CSC API v1 8.3.3 and 8.3.4, v2 8.4.4 and 8.4.5): forms, not JSON. Anybody
/// may call them, so a call takes its place when the request is all there.
/// </summary>
internal sealed class OAuthEndpoints(ClientAuthentication clients, Admission admission)
{
    public ValueTask TokenAsync(HttpContext http, CscRoute _) => ServeAsync(http, IssueAsync);

    public ValueTask RevokeAsync(HttpContext http, CscRoute _) => ServeAsync(http, EndAsync);

    private async ValueTask ServeAsync(HttpContext http, Func<HttpContext, FormBody, Task<CscError?>> serve)
    {
        var form = await FormBody.ReadAsync(http.Request, CscOperations.LoginBytes, http.RequestAborted);
        if ((form.Error ?? admission.TryEnter(isToBeKnown: false)) is { } refusal)
        {
            await JsonReply.WriteErrorAsync(http, refusal);
            return;
        }

        try
        {
            // RFC 6749 section 5.1; Cache-Control is in every answer.
            http.Response.Headers.Pragma = "no-cache";
            var error = PeerFacts.Of(http).IsSafe ? await serve(http, form.Value) : CscErrors.LoginNeedsTls;
            if (error is not null)
            {
                await JsonReply.WriteErrorAsync(http, error);
            }
        }
        finally
        {
            admission.Leave();
        }
    }

    private async Task<CscError?> IssueAsync(HttpContext http, FormBody form)
    {
        var error = ClientProofs.Read(http, form, out var proof) ?? CheckGrant(form);
        if (error is not null)
        {
            return error;
        }

        var result = await clients.IssueAsync(proof, http.RequestAborted);
        if (result.Status != ClientAuthenticationStatus.Ok)
        {
            return ClientProofs.ErrorOf(result.Status);
        }

        await JsonReply.WriteAsync(
            http,
            new TokenAnswer(result.AccessToken, "Bearer", result.ExpiresIn),
            AnswerJson.Default.TokenAnswer);
        return null;
    }

    /// <summary>
    /// The code flow and its refresh tokens are known and not offered: they say so, in the table's order.
    /// </summary>
    private static CscError? CheckGrant(FormBody form)
    {
        switch (form["grant_type"])
        {
            case null:
                return OAuthErrors.Missing("grant_type");
            case "client_credentials":
                return form["scope"] is null or "service" ? null : OAuthErrors.Scope;
            case "authorization_code":
                return form["code"] is null
                    ? OAuthErrors.Missing("code")
                    : OAuthErrors.NotOffered("authorization_code");
            case "refresh_token":
                // The standard's own sample spells it refreshToken.
                return (form["refresh_token"] ?? form["refreshToken"]) is null
                    ? OAuthErrors.Missing("refresh_token")
                    : OAuthErrors.NotOffered("refresh_token");
            default:
                return CscErrors.InvalidParameter("grant_type");
        }
    }

    private async Task<CscError?> EndAsync(HttpContext http, FormBody form)
    {
        if (form["token"] is not { } token)
        {
            return OAuthErrors.Missing("token");
        }

        if (form["token_type_hint"] is not (null or "access_token" or "refresh_token"))
        {
            return OAuthErrors.TokenTypeHint;
        }

        if (ClientProofs.Read(http, form, out var proof) is { } error)
        {
            return error;
        }

        var status = await clients.RevokeAsync(proof, token, http.RequestAborted);
        if (status != ClientAuthenticationStatus.Ok)
        {
            return ClientProofs.ErrorOf(status);
        }

        http.Response.StatusCode = StatusCodes.Status204NoContent;
        http.Response.Headers.CacheControl = "no-store";
        return null;
    }
}
