using Appliance.Server.Csc.Fields;
using Appliance.Server.Csc.Inputs;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Proto = Csc.V2;

namespace Appliance.Server.Grpc;

/// <summary>
/// Requests of csc.v2 as the inputs that REST makes from JSON, so that one set of rules judges both. Types cannot be
/// wrong here; absent, empty and unset are the same, as over REST.
/// </summary>
internal static class ProtoInputs
{
    private static readonly SignHashInput s_nothing = new();

    public static LoginInput From(Proto.LoginRequest request) => new()
    {
        RefreshToken = FieldText.Of(request.RefreshToken),
        RememberMe = FieldFlag.Of(request.RememberMe),
    };

    public static RevokeInput From(Proto.RevokeRequest request) => new()
    {
        Token = FieldText.Of(request.Token),
        TokenTypeHint = FieldText.Of(request.TokenTypeHint),
    };

    public static ListInput From(Proto.ListCredentialsRequest request) => new()
    {
        UserId = FieldText.Of(request.UserId),
        CredentialInfo = FieldFlag.Of(request.CredentialInfo),
        Certificates = FieldText.Of(request.Certificates),
        CertInfo = FieldFlag.Of(request.CertInfo),
        AuthInfo = FieldFlag.Of(request.AuthInfo),
        OnlyValid = FieldFlag.Of(request.OnlyValid),
    };

    public static CredentialInput From(Proto.CredentialInfoRequest request) => new()
    {
        CredentialId = FieldText.Of(request.CredentialId),
        Certificates = FieldText.Of(request.Certificates),
        CertInfo = FieldFlag.Of(request.CertInfo),
        AuthInfo = FieldFlag.Of(request.AuthInfo),
    };

    public static AuthorizeInput From(Proto.AuthorizeRequest request) => new()
    {
        CredentialId = FieldText.Of(request.CredentialId),
        Purpose = FieldText.Of(request.Purpose),
        NumSignatures = request.HasNumSignatures ? FieldNumber.Of(request.NumSignatures) : default,
        Hashes = Hashes(request.Hashes),
        HashAlgorithmOid = FieldText.Of(request.HashAlgorithmOid),
        AuthData = request.AuthData.Count == 0
            ? default
            : FieldAuthData.Of([.. request.AuthData.Select(data => KeyValuePair.Create(data.Id, data.Value))]),
        Description = FieldText.Of(request.Description),
    };

    public static CheckInput From(Proto.AuthorizeCheckRequest request)
        => new() { Handle = FieldText.Of(request.Handle) };

    public static ChallengeInput From(Proto.GetChallengeRequest request) => new()
    {
        CredentialId = FieldText.Of(request.CredentialId),
        AuthObjectId = FieldText.Of(request.AuthObjectId),
    };

    public static ExtendInput From(Proto.ExtendTransactionRequest request) => new()
    {
        CredentialId = FieldText.Of(request.CredentialId),
        Sad = FieldText.Of(request.Sad),
        Hashes = Hashes(request.Hashes),
        HashAlgorithmOid = FieldText.Of(request.HashAlgorithmOid),
    };

    public static SignHashInput From(Proto.SignHashRequest request) => From(request, s_nothing);

    /// <summary>
    /// What the request leaves out comes from the defaults, but hashes. The parameters of an algorithm belong to it:
    /// they are not taken for another one.
    /// </summary>
    public static SignHashInput From(Proto.SignHashRequest request, SignHashInput defaults)
    {
        var algorithm = FieldText.Of(request.SignAlgo);
        var algorithms = algorithm.IsPresent ? s_nothing : defaults;
        return new()
        {
            CredentialId = FieldText.Of(request.CredentialId).Or(defaults.CredentialId),
            Sad = FieldText.Of(request.Sad).Or(defaults.Sad),
            Hashes = Hashes(request.Hashes),
            HashAlgorithmOid = FieldText.Of(request.HashAlgorithmOid).Or(algorithms.HashAlgorithmOid),
            SignAlgo = algorithm.Or(algorithms.SignAlgo),
            SignAlgoParams = request.SignAlgoParams.IsEmpty
                ? algorithms.SignAlgoParams
                : FieldBytes.Of(request.SignAlgoParams.ToByteArray()),
            OperationMode = FieldText.Of(request.OperationMode).Or(defaults.OperationMode),
            ValidityPeriod = request.HasValidityPeriod
                ? FieldNumber.Of(request.ValidityPeriod)
                : defaults.ValidityPeriod,
            ResponseUri = FieldText.Of(request.ResponseUri).Or(defaults.ResponseUri),

            // Not from the defaults: there it names the stream, whose items have ids of their own.
            RequestId = FieldText.Of(request.RequestId),
        };
    }

    internal static FieldHashes Hashes(RepeatedField<ByteString> values)
    {
        if (values.Count == 0)
        {
            return default;
        }

        if (values.Count > FieldHashes.Limit)
        {
            return FieldHashes.TooMany;
        }

        var hashes = new byte[values.Count][];
        for (var i = 0; i < hashes.Length; i++)
        {
            hashes[i] = values[i].ToByteArray();
        }

        return FieldHashes.Of(hashes);
    }
}
