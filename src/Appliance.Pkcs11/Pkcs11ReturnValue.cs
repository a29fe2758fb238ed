using System.Globalization;
using Appliance.Pkcs11.Interop;

namespace Appliance.Pkcs11;

/// <summary>Names for return values, for logs and error texts.</summary>
public static class Pkcs11ReturnValue
{
    private const uint VendorDefined = 0x80000000;

    /// <summary>Name and number, for example <c>CKR_DEVICE_ERROR (0x00000030)</c>.</summary>
    public static string NameOf(uint returnValue)
    {
        var number = returnValue.ToString("X8", CultureInfo.InvariantCulture);
        var name = Enum.GetName((CKR)returnValue)
            ?? (returnValue >= VendorDefined ? "a vendor-defined value" : "an unknown value");
        return $"{name} (0x{number})";
    }
}
