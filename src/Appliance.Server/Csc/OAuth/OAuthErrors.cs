using System.Net;
using Appliance.Grpc;

namespace Appliance.Server.Csc.OAuth;

/// <summary>The errors of oauth2/token and oauth2/revoke (csc-api section 3.2; RFC 6749 section 5.2).</summary>
internal static class OAuthErrors
{
    private const string Challenge = "Basic realm=\"csc\", charset=\"UTF-8\"";

    public static readonly CscError NotForm = new(
        HttpStatusCode.UnsupportedMediaType, GrpcStatusCode.InvalidArgument, "invalid_request",
        "The Content-Type must be application/x-www-form-urlencoded, in UTF-8");

    /// <summary>The tables leave 400 and 401 open; with 401 a client learns how to authenticate.</summary>
    public static readonly CscError AuthorizationRequired = Unauthorized(
        "invalid_request", "Client authorization required");

    public static readonly CscError AuthorizationHeader = Unauthorized(
        "invalid_client", "Invalid authorization header");

    /// <summary>Of an unknown client and of a wrong secret alike.</summary>
    public static readonly CscError ClientSecret = CscErrors.InvalidParameter("client_secret");

    public static readonly CscError Assertion = Unauthorized("invalid_client", "Invalid parameter client_assertion");

    public static readonly CscError Certificate = Unauthorized("invalid_client", "Invalid client certificate");

    public static readonly CscError Inactive = new(
        HttpStatusCode.BadRequest, GrpcStatusCode.PermissionDenied, "unauthorized_client",
        "The client is suspended or ended");

    public static readonly CscError Scope = new(
        HttpStatusCode.BadRequest, GrpcStatusCode.InvalidArgument, "invalid_scope",
        "A client's own token has the scope service");

    public static readonly CscError TokenTypeHint = CscErrors.InvalidParameter("token_type_hint");

    public static CscError Missing(string name) => CscErrors.Invalid($"Missing parameter {name}");

    /// <summary>A grant of the standard that is not served here.</summary>
    public static CscError NotOffered(string grantType) => new(
        HttpStatusCode.BadRequest, GrpcStatusCode.Unimplemented, "unsupported_grant_type",
        $"grant_type {grantType} is not offered by this server; clients use client_credentials");

    private static CscError Unauthorized(string error, string description)
        => new(HttpStatusCode.Unauthorized, GrpcStatusCode.Unauthenticated, error, description)
        {
            Challenge = Challenge,
        };
}
