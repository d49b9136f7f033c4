"""A script that changes the password and token of Label Studio's first user; Label Studio's Python runs it.

Label Studio reads them only at its first start, and then keeps them in its database. The script's standard
input is one line with both, separated by a space. If there is no user yet, the first start will create one.
"""

CHANGE = """
import os, sys
import django
import label_studio
sys.path.insert(0, os.path.dirname(label_studio.__file__))
os.environ["DJANGO_SETTINGS_MODULE"] = "label_studio.core.settings.label_studio"
django.setup()
from rest_framework.authtoken.models import Token
from users.models import User
password, token = sys.stdin.read().split()
for user in User.objects.filter(email=os.environ["LABEL_STUDIO_USERNAME"]):
    user.set_password(password)
    user.save()
    Token.objects.filter(user=user).update(key=token)
"""
