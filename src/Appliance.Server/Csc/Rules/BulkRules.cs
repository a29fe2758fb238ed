using System.Security.Cryptography;
using Appliance.Server.Csc.Fields;
using Appliance.Server.Csc.Inputs;
using Appliance.Signing;

namespace Appliance.Server.Csc.Rules;

/// <summary>
/// From what a client sent to the requests of a bulk activation, or the error of the first wrong parameter.
/// </summary>
internal static class BulkRules
{
    public static CscError? Read(BulkOpenInput input, Caller caller, out Guid? named, out BulkOpenRequest? request)
    {
        request = null;
        var error = CommonRules.ReadCredentialId(input.CredentialId, out var credentialId);
        named = error is null ? credentialId : null;
        error ??= ReadCount(input.NumSignatures, out _);
        if (error is null)
        {
            _ = ReadCount(input.NumSignatures, out var count);
            request = new BulkOpenRequest(caller, credentialId, count);
        }

        return error;
    }

    public static CscError? Read(BulkFillInput input, Caller caller, out BulkFillRequest? request)
    {
        request = null;
        var error = ReadActivationId(input.ActivationId, out var activationId);
        if (error is null && !input.First.IsPresent)
        {
            error = CscErrors.MissingInteger("first");
        }

        if (error is null && input.First.Value is < 0 or > int.MaxValue)
        {
            error = CscErrors.InvalidParameter("first");
        }

        error ??= HashRules.Check(input.Hashes, "hashes");
        if (error is null)
        {
            request = new BulkFillRequest(caller, activationId, (int)input.First.Value, input.Hashes.Values);
        }

        return error;
    }

    public static CscError? Read(BulkCloseInput input, Caller caller, out BulkCloseRequest? request)
    {
        request = null;
        var count = 0;
        var error = ReadActivationId(input.ActivationId, out var activationId)
            ?? ReadCount(input.NumSignatures, out count)
            ?? CheckDigest(input.Digest);
        if (error is null && !input.HashAlgorithmOid.IsPresent)
        {
            error = CscErrors.MissingString("hashAlgorithmOID");
        }

        var factors = SuppliedFactors.None;
        error ??= FactorRules.Read(CscVersion.V2, input.Pin, input.Otp, input.AuthData, out factors);
        if (error is null)
        {
            request = new BulkCloseRequest
            {
                Caller = caller,
                ActivationId = activationId,
                SignatureCount = count,
                Digest = input.Digest.Value!,
                HashAlgorithm = input.HashAlgorithmOid.Value,
                Factors = factors,
            };
        }

        return error;
    }

    private static CscError? ReadActivationId(FieldText field, out Guid id)
    {
        id = default;
        if (!field.IsPresent)
        {
            return CscErrors.MissingString("activationID");
        }

        return Guid.TryParseExact(field.Value, "D", out id) ? null : CscErrors.InvalidParameter("activationID");
    }

    private static CscError? ReadCount(FieldNumber field, out int count)
    {
        count = (int)Math.Clamp(field.Value, 0, int.MaxValue);
        return field.IsPresent ? null : CscErrors.MissingInteger("numSignatures");
    }

    private static CscError? CheckDigest(FieldBytes digest)
    {
        if (digest.State != BytesState.Present)
        {
            return CscErrors.MissingString("digest");
        }

        return digest.Value!.Length == SHA256.HashSizeInBytes ? null : CscErrors.InvalidParameter("digest");
    }
}
