using Appliance.Server.Csc.Fields;
using Appliance.Server.Csc.Inputs;
using Appliance.Signing;

namespace Appliance.Server.Csc.Rules;

/// <summary>
/// From what a client sent to a <see cref="SignHashRequest"/>, or the error of the first wrong parameter, in the order
/// of the error table (csc-api section 3.2).
/// </summary>
internal static class SignHashRules
{
    /// <summary>The DER of NULL, which RSA's AlgorithmIdentifier carries: it says nothing.</summary>
    private static ReadOnlySpan<byte> NullParameters => [0x05, 0x00];

    public static CscError? Read(
        SignHashInput input,
        CscVersion version,
        Caller caller,
        bool isBulk,
        long deadline,
        out Guid? named,
        out SignHashRequest? request)
    {
        request = null;
        named = null;
        string? requestId = null;
        var error = CommonRules.CheckSad(input.Sad);
        var idError = CommonRules.ReadCredentialId(input.CredentialId, out var credentialId);
        if (idError is null)
        {
            named = credentialId;
        }

        if ((error ?? idError) is { } missing)
        {
            return missing;
        }

        var (hashes, algorithm) = HashRules.Choose(
            version, input.Hash, input.Hashes, input.HashAlgo, input.HashAlgorithmOid);
        error = CheckHashes(hashes) ?? CheckAlgorithms(input, version, algorithm) ?? CheckManner(input, version);
        if ((error ?? RequestIds.Read(input.RequestIdHeader, input.RequestId, out requestId)) is { } wrong)
        {
            return wrong;
        }

        var parameters = input.SignAlgoParams.Value;
        request = new SignHashRequest
        {
            Caller = caller,
            CredentialId = credentialId,
            Sad = input.Sad.Value,
            Hashes = hashes.Values,
            SignatureAlgorithm = input.SignAlgo.Value,
            HashAlgorithm = algorithm.ValueOrNull,
            SignatureParameters = parameters.AsSpan().SequenceEqual(NullParameters) ? null : parameters,
            RequestId = requestId,
            IsBulk = isBulk,
            Deadline = deadline,
        };
        return null;
    }

    /// <summary>The table says "hash" in version 2 as well.</summary>
    private static CscError? CheckHashes(FieldHashes hashes) => hashes.State switch
    {
        HashesState.Absent => CscErrors.MissingArray("hash"),
        HashesState.Empty => CscErrors.EmptyHashes,
        _ => HashRules.Check(hashes, "hash"),
    };

    private static CscError? CheckAlgorithms(SignHashInput input, CscVersion version, FieldText hashAlgorithm)
    {
        if (!input.SignAlgo.IsPresent)
        {
            return CscErrors.MissingString("signAlgo");
        }

        return input.SignAlgoParams.State switch
        {
            BytesState.WrongType => CscErrors.MissingString("signAlgoParams"),
            BytesState.NotBase64 => CscErrors.InvalidParameter("signAlgoParams"),
            _ => hashAlgorithm.IsWrongType ? CscErrors.MissingString(HashRules.AlgorithmName(version)) : null,
        };
    }

    /// <summary>
    /// Version 1 knows clientData's type only, version 2 how to operate; asynchronous is not offered.
    /// </summary>
    private static CscError? CheckManner(SignHashInput input, CscVersion version)
    {
        if (version == CscVersion.V1)
        {
            return input.ClientData.IsWrongType ? CscErrors.InvalidParameter("clientData") : null;
        }

        if (input.OperationMode.IsWrongType || (input.OperationMode.IsPresent && input.OperationMode.Value != "S"))
        {
            return CscErrors.InvalidParameter("operationMode");
        }

        if (input.ValidityPeriod.State == FieldState.WrongType)
        {
            return CscErrors.InvalidParameter("validity_period");
        }

        return input.ResponseUri.IsWrongType ? CscErrors.InvalidParameter("response_uri") : null;
    }
}
