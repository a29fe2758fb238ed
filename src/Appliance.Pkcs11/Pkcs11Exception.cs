using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11;

/// <summary>A PKCS#11 function returned something else than CKR_OK.</summary>
public sealed class Pkcs11Exception : Exception
{
    internal Pkcs11Exception(string function, CKR returnValue, string where)
        : base($"{function} returned {Pkcs11ReturnValue.NameOf((uint)returnValue)} on {where}.")
    {
        Function = function;
        ReturnValue = (uint)returnValue;
        Where = where;
    }

    /// <summary>Native name, for example <c>C_Login</c>.</summary>
    public string Function { get; }

    /// <summary>The CKR_ value (PKCS#11 3.0 section 5.1).</summary>
    public uint ReturnValue { get; }

    /// <summary>Module, or slot and token, that answered.</summary>
    public string Where { get; }

    internal static void ThrowIfFailed(CKR returnValue, string function, string where)
    {
        if (returnValue != CKR.CKR_OK)
        {
            throw new Pkcs11Exception(function, returnValue, where);
        }
    }
}
