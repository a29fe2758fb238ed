using Appliance.Server.Csc.Fields;
using Appliance.Storage;

namespace Appliance.Server.Csc.Rules;

/// <summary>What an authorisation is for, as clients write it; an extension of ours.</summary>
internal static class PurposeRules
{
    /// <summary>Signatures of documents.</summary>
    public const string Sign = "sign";

    /// <summary>The handshakes of a TLS login.</summary>
    public const string TlsLogin = "tls-login";

    public static CscError? Read(FieldText field, out ActivationPurpose purpose)
    {
        purpose = ActivationPurpose.Sign;
        if (field.IsWrongType)
        {
            return CscErrors.MissingString("purpose");
        }

        switch (field.ValueOrNull)
        {
            case null or Sign:
                return null;
            case TlsLogin:
                purpose = ActivationPurpose.TlsLogin;
                return null;
            default:
                return CscErrors.InvalidParameter("purpose");
        }
    }
}
